/**
 * The presence reporter, in place of the original's ejabberd module (report 4.4.4): tells the monitor how
 * many are connected, and has a document stored for each connection of an agent, and closed when it ends.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { type Clock, repeat, systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/error_message.ts";
import { type Logger, openLog } from "../lib/log.ts";
import { type Component, Container, type Reply } from "../lib/messaging/container.ts";
import { eventReporter, type Events } from "../lib/messaging/event_reporter.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../lib/messaging/heartbeat.ts";
import { serve } from "../lib/messaging/serve.ts";
import { agentData } from "../lib/protocol/agent_name.ts";
import { systemRandom } from "../lib/random.ts";
import { agentDocument, NOWHERE } from "./presence/agent_document.ts";
import type { Census, Connection } from "./presence/connection_source.ts";
import { openPresence } from "./presence/open_presence.ts";
import type { PresenceOptions } from "./presence/options.ts";
import { PRESENCE_COMPONENT, presenceVariables } from "./presence/variables.ts";

/** One reporter; a site needs one for each XMPP server. */
export class Presence implements Component {
  readonly #options: PresenceOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #container: Container;
  readonly #events: Events;
  /** UUIDs of agents by full JID: connections whose documents are open. */
  readonly #open = new Map<string, string>();
  #census: Census | undefined;
  /** Why the last look failed; told once. */
  #failure: string | undefined;

  /**
   * Puts the parts together; nothing is sent before {@linkcode run}.
   *
   * @param options See {@linkcode PresenceOptions}.
   */
  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log;
    this.#container = new Container({
      link: options.link,
      component: this,
      plugins: { [HEARTBEAT_PREFIX]: heartbeat({ host: options.machine, log: options.log }) },
      room: options.room,
      log: options.log,
      envelope: options.envelope,
      clock: this.#clock,
      random: options.random ?? systemRandom,
    });
    this.#events = eventReporter({
      monitor: options.monitor,
      component: `ejabberd.${options.host}`,
      clock: this.#clock,
      post: (to, command, how) => this.#container.post(to, command, how),
    });
  }

  /**
   * Reports until stopped. What is open then stays open: the next start compares.
   *
   * @param signal Stops the reporter.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { lookMs = 10_000, reportMs = 60_000, kept } = this.#options;
    await serve(this.#container, signal, async () => {
      for (const [jid, uuid] of await kept?.load() ?? []) this.#open.set(jid, uuid);
      const work = new AsyncDisposableStack();
      work.use(repeat(this.#clock, lookMs, () => this.#look(signal)));
      work.use(repeat(this.#clock, reportMs, () => {
        this.#reportCount();
        return Promise.resolve();
      }));
      return work;
    });
    this.#log.info("Stopped");
  }

  /** It is told nothing; see {@linkcode Component}. */
  handle(): readonly Reply[] {
    return [];
  }

  /** Compares who is connected with what is open. */
  async #look(signal: AbortSignal): Promise<void> {
    // Nobody would hear it; what has changed meanwhile is found afterwards.
    if (this.#container.jid === undefined) return;
    try {
      const wasUnknown = this.#census === undefined;
      this.#census = await this.#options.source.census(signal);
      // Who starts a site, or mends its server, need not wait for the minute.
      if (wasUnknown) this.#reportCount();
      if (this.#failure !== undefined) this.#log.info("It is seen again who is connected");
      this.#failure = undefined;
      await this.#follow(this.#census.connections);
    } catch (error) {
      // Who cannot be asked has not gone.
      this.#census = undefined;
      if (signal.aborted) return;
      const failure = messageOf(error);
      if (failure === this.#failure) return;
      this.#failure = failure;
      this.#log.warning(`Cannot see who is connected: ${failure}`);
    }
  }

  #reportCount(): void {
    if (this.#census !== undefined) this.#events.value("connected", this.#census.count);
  }

  async #follow(connections: readonly Connection[]): Promise<void> {
    const { locate, kept, changesPerLook = 1000 } = this.#options;
    const agents = new Map<string, { readonly uuid: string; readonly connection: Connection }>();
    for (const connection of connections) {
      const uuid = agentData(connection.jid.local)?.uuid;
      if (uuid !== undefined) agents.set(connection.jid.full, { uuid, connection });
    }
    // What is too much for now is still different at the next look.
    const gone = [...this.#open].filter(([jid]) => !agents.has(jid)).slice(0, changesPerLook);
    const come = [...agents].filter(([jid]) => !this.#open.has(jid))
      .slice(0, changesPerLook - gone.length);
    // An agent that came back has two documents for a moment: the older one is to be closed.
    for (const [jid, uuid] of gone) {
      this.#events.update(uuid, { $set: { connected: false } });
      this.#open.delete(jid);
    }
    for (const [jid, { uuid, connection }] of come) {
      const { address } = connection;
      const location = address === undefined ? undefined : locate?.(address);
      this.#events.store(agentDocument(connection, location ?? NOWHERE));
      this.#open.set(jid, uuid);
    }
    if (gone.length > 0 || come.length > 0) await kept?.save(this.#open);
  }
}

if (import.meta.main) {
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(presenceVariables, {
      name: PRESENCE_COMPONENT,
      summary: "Tells the monitor who is connected to the XMPP server",
    });
    using log = await openLog(config, { component: PRESENCE_COMPONENT, prefix: "PRES" });
    for (const warning of warnings) log.logger.warning(warning);
    await using opened = await openPresence(config, log.logger);
    await new Presence(opened.options).run(signal);
    return EXIT.done;
  }, { name: PRESENCE_COMPONENT });
}
