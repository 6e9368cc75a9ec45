/**
 * Brings sessions of the suite online on a real server.
 *
 * @module
 */
import { UnreachableError, UsageError } from "../../../lib/cli.ts";
import type { Clock } from "../../../lib/clock.ts";
import { type Link, LinkRefusedError } from "../../../lib/messaging/link.ts";
import { type TlsMode, xmppLink } from "../../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { type Random, randomHex } from "../../../lib/random.ts";
import { type Patience, Peer } from "../peer.ts";
import type { Transcript } from "../transcript.ts";
import type { Account } from "./accounts.ts";

/** Options of a {@linkcode Connector}. */
export interface ConnectorOptions {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly tls: TlsMode;
  /** Certificates to trust (PEM); default: those of the system. */
  readonly caFile: string | undefined;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the waits of all sessions when it is aborted. */
  readonly signal: AbortSignal;
}

/** Longest time to come online, in milliseconds. */
const LOGIN_MS = 20_000;

/** Opens sessions. */
export class Connector {
  readonly #options: ConnectorOptions;

  /** @param options See {@linkcode ConnectorOptions}. */
  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** Domain of the accounts. */
  get domain(): string {
    return this.#options.domain;
  }

  /** Ends the waits of all sessions. */
  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** Makes a link; it is opened by whoever uses it. */
  link(account: Account, resource: string): Link {
    const { host, port, domain, tls, caFile, clock, random } = this.#options;
    return xmppLink({
      jid: Jid.parse(`${account.user}@${domain}`),
      password: account.password,
      host,
      port,
      resource,
      tls,
      ...(caFile === undefined ? {} : { caFile }),
      clock,
      random,
    });
  }

  /**
   * Brings a session of the suite online, under a resource that nobody had before, or that of the account.
   *
   * @throws {UnreachableError} When the server does not let it in in time.
   * @throws {UsageError} When the server refuses the account.
   */
  async peer(
    account: Account,
    transcript: Transcript,
    onSay?: (command: string) => void,
  ): Promise<Peer> {
    const { patience, clock, random, host, port, signal } = this.#options;
    signal.throwIfAborted();
    const { resource = `suite-${randomHex(random, 12)}` } = account;
    const { promise: failed, reject } = Promise.withResolvers<never>();
    const fail = (reason: string) => {
      reject(new UnreachableError(`Cannot reach ${host}:${port}: ${reason}`));
    };
    // Once the session is up nobody waits for this any more.
    failed.catch(() => {});
    const peer = new Peer({
      link: this.link(account, resource),
      name: `${account.user}/${resource.slice(0, 9)}`,
      transcript,
      patience,
      clock,
      random,
      signal,
      onSay,
      onOffline: fail,
    });
    const timer = clock.after(LOGIN_MS, () => fail("it does not let us in"));
    try {
      await Promise.race([peer.open(), failed]);
      return peer;
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      if (!(error instanceof LinkRefusedError)) throw error;
      throw new UsageError(`Cannot log in as ${account.user}: ${error.message}`);
    } finally {
      timer.cancel();
    }
  }
}
