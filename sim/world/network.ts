/**
 * The ways between processes and the XMPP server: they take time, lose, double, reorder and are cut.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { hashText } from "./event_hash.ts";
import type { Dice } from "./fate.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import { glance } from "./peek.ts";

/** Who watches the stanzas. */
export interface NetworkWatcher {
  /** A process sends a stanza; what becomes of it is open. */
  sent(process: string, stanza: XmlElement): void;
  /** A stanza reaches a process. */
  received(process: string, stanza: XmlElement): void;
  /** The server knows a process by that full JID from now on. */
  online(process: string, jid: string): void;
}

/** Options of a {@linkcode Network}. */
export interface NetworkOptions {
  /** True time. */
  readonly clock: Clock;
  readonly faults: Faults;
  readonly watcher: NetworkWatcher;
}

/** All ways of a world. */
export class Network {
  readonly #options: NetworkOptions;
  /** Partitions that last now, by name: each cuts off a share of the processes. */
  readonly #partitions = new Set<string>();
  #heldUntilMs = 0;
  #inFlight = 0;

  /** @param options See {@linkcode NetworkOptions}. */
  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Stanzas that are on their way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Cuts a share of the processes off, until {@linkcode heal}. */
  part(partition: string): void {
    this.#partitions.add(partition);
  }

  /** Ends a partition. */
  heal(partition: string): void {
    this.#partitions.delete(partition);
  }

  /** Holds every stanza until that time, as a server does that resumes its sessions after a restart. */
  hold(untilMs: number): void {
    this.#heldUntilMs = untilMs;
  }

  /**
   * Puts the network between a process and its link.
   *
   * @param link The link.
   * @param life The process; at its death the session ends, unless the link is kept open.
   * @param dice Decide what befalls its stanzas.
   * @returns The link as the process sees it.
   */
  attach(link: Link, life: Life, dice: Dice): Link {
    const { watcher, faults } = this.#options;
    const latencyMs = dice.between(0, faults.latencyMs);
    const way: Way = { link, life, dice, latencyMs, session: 0 };
    return {
      get jid() {
        return life.dead ? undefined : link.jid;
      },
      open: (handler) =>
        link.open({
          onStanza: (stanza) => {
            if (this.#isCut(life.name)) return;
            life.reach(() => {
              watcher.received(life.name, stanza);
              handler.onStanza(stanza);
            });
          },
          onStatus: (status) => {
            if (status.type !== "connecting") way.session++;
            if (status.type === "online") watcher.online(life.name, status.jid.full);
            life.reach(() => handler.onStatus(status));
          },
        }),
      send: (stanza) => {
        if (!life.survives()) return;
        watcher.sent(life.name, stanza);
        this.#route(way, stanza);
        life.survives();
      },
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    };
  }

  #isCut(process: string): boolean {
    for (const partition of this.#partitions) {
      const share = hashText(hashText(0, partition), process) / 2 ** 32;
      if (share < this.#options.faults.partitionShare) return true;
    }
    return false;
  }

  /** Decides what becomes of a stanza. */
  #route(way: Way, stanza: XmlElement): void {
    const { faults } = this.#options;
    const { link, life, dice, latencyMs } = way;
    if (stanza.name !== "message" || link.jid === undefined) return link.send(stanza);
    const { what } = glance(stanza);
    const lost = dice.strike("lost", faults.lost, what);
    const doubled = dice.strike("doubled", faults.doubled, what);
    const late = dice.strike("late", faults.late, what);
    if (this.#isCut(life.name)) return;
    if (doubled !== undefined) this.#carry(way, stanza, latencyMs + 1 + doubled * faults.lateMs);
    if (lost !== undefined) return;
    this.#carry(way, stanza, latencyMs + (late ?? 0) * faults.lateMs);
  }

  /** Carries a stanza to the server; it is lost where the session ends meanwhile. */
  #carry(way: Way, stanza: XmlElement, delayMs: number): void {
    const { clock } = this.#options;
    const waitMs = Math.floor(Math.max(delayMs, this.#heldUntilMs - clock.now()));
    if (waitMs <= 0) return way.link.send(stanza);
    const { session } = way;
    this.#inFlight++;
    clock.after(waitMs, () => {
      this.#inFlight--;
      if (way.session === session && way.link.jid !== undefined) way.link.send(stanza);
    });
  }
}

/** The way of one process. */
interface Way {
  readonly link: Link;
  readonly life: Life;
  readonly dice: Dice;
  readonly latencyMs: number;
  /** Counts the changes of its session. */
  session: number;
}
