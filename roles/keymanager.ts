/**
 * The Key Manager of the original's secure mode (report 2.2.7): gives tickets, with which agents are let
 * in by managers.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { xmppAccount } from "../lib/config.ts";
import { type Logger, openLog } from "../lib/log.ts";
import { accountLink } from "../lib/messaging/account_link.ts";
import {
  type Component,
  Container,
  type ContainerOptions,
  type Reply,
  type Sender,
} from "../lib/messaging/container.ts";
import type { Link } from "../lib/messaging/link.ts";
import { protectLink } from "../lib/messaging/protection.ts";
import { serve } from "../lib/messaging/serve.ts";
import type { Command } from "../lib/protocol/commands.ts";
import { type Random, systemRandom } from "../lib/random.ts";
import { equalSecrets } from "../lib/secure/constant_time.ts";
import { parseRsaPrivateKey, type RsaPrivateKey } from "../lib/secure/rsa_key.ts";
import { issueTicket } from "../lib/secure/ticket.ts";
import { KEYMANAGER_COMPONENT, keyManagerVariables } from "./keymanager/variables.ts";

/** Options of a {@linkcode KeyManager}. */
export interface KeyManagerOptions {
  /** The session; requests come through it decrypted. */
  readonly link: Link;
  /** Signs the tickets. */
  readonly key: RsaPrivateKey;
  /** Time for which a ticket is valid, in seconds. Default: 86,400. */
  readonly validitySeconds?: number | undefined;
  /** What must be shown for a ticket. Default: nothing, as for the original. */
  readonly credential?: string | undefined;
  /** Told of tickets given and refused. */
  readonly log: Logger;
  /** Form of messages, see `ContainerOptions`. Default: `original`. */
  readonly envelope?: ContainerOptions["envelope"];
  /** Time from which tickets are valid. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of message ids. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** A ticket for every component; the original knows no other. */
const EVERY_COMPONENT = "*";

/** One key manager. */
export class KeyManager implements Component {
  readonly #options: KeyManagerOptions;
  readonly #clock: Clock;
  readonly #container: Container;

  /**
   * Makes a key manager; nothing is connected until {@linkcode run}.
   *
   * @param options See {@linkcode KeyManagerOptions}.
   */
  constructor(options: KeyManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#container = new Container({
      link: options.link,
      component: this,
      envelope: options.envelope,
      log: options.log,
      clock: this.#clock,
      random: options.random ?? systemRandom,
    });
  }

  /**
   * Serves until stopped.
   *
   * @param signal Stops it.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    await serve(this.#container, signal);
    this.#options.log.info("Stopped");
  }

  /** Answers requests for tickets; see {@linkcode Component}. */
  handle(command: Command, sender: Sender): readonly Reply[] {
    if (command.command !== "getTicket") return [];
    const { credential, key, log, validitySeconds = 86_400 } = this.#options;
    if (credential !== undefined && !equalSecrets(command.credential, credential)) {
      log.warning(`No ticket for ${sender.jid}: wrong credential`);
      return [{ command: { command: "errorGetTicket", errorString: "Wrong credential" } }];
    }
    const validFrom = Math.floor(this.#clock.now() / 1000);
    const ticket = issueTicket({
      component: EVERY_COMPONENT,
      validFrom,
      validTo: validFrom + validitySeconds,
      holder: sender.jid.full,
    }, key);
    log.info(`A ticket for ${sender.jid}, valid for ${validitySeconds} s`);
    return [{ command: { command: "storeTicket", ticket } }];
  }
}

if (import.meta.main) {
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(keyManagerVariables, {
      name: KEYMANAGER_COMPONENT,
      summary: "Gives tickets for the original's secure mode",
    });
    using log = await openLog(config, { component: KEYMANAGER_COMPONENT, prefix: "KM" });
    for (const warning of warnings) log.logger.warning(warning);
    const link = await protectLink(
      await accountLink(xmppAccount(KEYMANAGER_COMPONENT, "KM", config)),
      {
        ...config,
        secureMode: true,
        keyManager: undefined,
        publicKeysFile: undefined,
        ticketCredential: undefined,
        sealedKeyFile: undefined,
        sealedPeersFile: undefined,
      },
      { component: KEYMANAGER_COMPONENT, prefix: "KM", side: "key-manager", log: log.logger },
    );
    await new KeyManager({
      link,
      key: parseRsaPrivateKey(await Deno.readTextFile(config.privateKeyFile)),
      validitySeconds: config.ticketValidity,
      credential: config.credential,
      log: log.logger,
      envelope: config.envelope,
    }).run(signal);
    return EXIT.done;
  }, { name: KEYMANAGER_COMPONENT });
}
