/**
 * A stage on a real XMPP server: whoever is played logs in there, and a live peer answers.
 *
 * @module
 */
import { UnreachableError } from "../../../lib/cli.ts";
import { type Clock, sleep, systemClock } from "../../../lib/clock.ts";
import type { Link } from "../../../lib/messaging/link.ts";
import { xmppLink } from "../../../lib/messaging/xmpp_link.ts";
import { type Jid, tryParseJid } from "../../../lib/protocol/jid.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { randomHex, systemRandom } from "../../../lib/random.ts";
import type { Bindings } from "../../../lib/trace/mod.ts";
import { bareOf } from "../open_trace.ts";
import type { Player, Script } from "./script.ts";
import type { SecureEdge } from "./secure_edge.ts";
import type { Audience, Stage } from "./stage.ts";
import type { StandIns } from "./stand_ins.ts";

/** As whom somebody of the trace logs in, with a resource of its own. */
export interface Account {
  readonly jid: Jid;
  readonly password: string;
}

/** Options of {@linkcode LiveStage}. */
export interface LiveStageOptions {
  readonly script: Script;
  readonly audience: Audience;
  readonly bindings: Bindings;
  /** The server. */
  readonly hostname: string;
  readonly port: number;
  /** Accounts of those who are played, by bare JID in the trace. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** The live peers, bare or full, by bare JID in the trace. */
  readonly peers: StandIns;
  /** Speaks in the original's secure mode. Default: everything is said in clear. */
  readonly edge?: SecureEdge | undefined;
  /** Longest wait for the peer in seconds. Default: 30. */
  readonly patienceSeconds?: number | undefined;
  /** Seconds of the trace that pass in one second. Default: 1. */
  readonly speed?: number | undefined;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
}

/** Milliseconds between two looks whether something has come. */
const LOOK_MS = 20;

/** See {@linkcode Stage}. */
export class LiveStage implements Stage {
  readonly patienceSeconds: number;
  readonly keepsTime = false;
  readonly errands = [];
  readonly #options: LiveStageOptions;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #startMs: number;
  readonly #links = new Map<string, Link>();

  /** @param options See {@linkcode LiveStageOptions}. */
  constructor(options: LiveStageOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#speed = options.speed ?? 1;
    this.#startMs = this.#clock.now();
    this.patienceSeconds = (options.patienceSeconds ?? 30) * this.#speed;
    for (const [then, { jid }] of options.peers) this.#bindPeer(then, jid);
  }

  get t(): number {
    return (this.#clock.now() - this.#startMs) / 1000 * this.#speed;
  }

  async enter(player: Player): Promise<void> {
    const { hostname, port, accounts, signal, bindings } = this.#options;
    const account = accounts.get(bareOf(player.jid));
    if (account === undefined) return;
    const link = xmppLink({
      ...account,
      host: hostname,
      port,
      tls: "starttls-if-offered",
      verifyCertificate: !isLoopback(hostname),
      resource: `trace-${randomHex(systemRandom, 8)}`,
    });
    this.#links.set(player.jid, link);
    signal.throwIfAborted();
    const { promise: failed, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    const opened = link.open({
      onStanza: (stanza) => this.#onStanza(stanza, player.jid),
      onStatus(status) {
        if (status.type !== "offline") return;
        reject(new UnreachableError(`Cannot reach ${hostname}:${port}: ${status.reason}`));
      },
    });
    // The one that comes second is waited for by nobody.
    for (const one of [opened, failed]) one.catch(() => {});
    const jid = await Promise.race([opened, failed]);
    bindings.bind("jid", bareOf(player.jid), jid.bare);
    bindings.bind("jid", player.jid, jid.full);
  }

  async leave(player: Player): Promise<void> {
    await this.#links.get(player.jid)?.[Symbol.asyncDispose]();
    this.#links.delete(player.jid);
  }

  startPeer(): Promise<void> {
    return Promise.resolve();
  }

  killPeer(): Promise<void> {
    return Promise.resolve();
  }

  say(speaker: string, stanza: XmlElement): Promise<void> {
    this.#links.get(speaker)?.send(this.#options.edge?.protect(speaker, stanza) ?? stanza);
    return Promise.resolve();
  }

  async until(t: number, done?: () => boolean): Promise<void> {
    while (this.t < t && done?.() !== true) {
      const leftMs = (t - this.t) * 1000 / this.#speed;
      await sleep(this.#clock, Math.min(LOOK_MS, Math.max(1, leftMs)), {
        signal: this.#options.signal,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link[Symbol.asyncDispose]()));
  }

  #onStanza(stanza: XmlElement, receiver: string): void {
    const { peers, audience, edge } = this.#options;
    const from = tryParseJid(stanza.attrs["from"]);
    const [then] = [...peers].find(([, { jid }]) => jid.bare === from?.bare) ?? [];
    if (from === undefined || then === undefined || stanza.name !== "message") return;
    const peer = this.#bindPeer(then, from);
    const heard = { ...stanza, attrs: { ...stanza.attrs, to: receiver } };
    audience.hear(peer, edge?.open(from.full, heard) ?? heard, receiver);
  }

  /** Learns a peer's address of now; returns that of the trace. */
  #bindPeer(then: string, now: Jid): string {
    const { script, bindings } = this.#options;
    const full = script.peers.find(({ jid }) => bareOf(jid) === then)?.jid ?? then;
    bindings.bind("jid", then, now.bare);
    if (now.resource !== "") bindings.bind("jid", full, now.full);
    return full;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname.startsWith("127.");
}
