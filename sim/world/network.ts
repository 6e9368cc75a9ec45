/**
 * The ways between processes and the XMPP server: they take time, lose, double, reorder and are cut.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Link, LinkHandler } from "../../lib/messaging/link.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { hashText } from "./event_hash.ts";
import type { Dice } from "./fate.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import { type Glance, glance } from "./peek.ts";

/** Who watches the stanzas. */
export interface NetworkWatcher {
  /** A process sends a stanza; what becomes of it is open. `seen` is what it is at a glance. */
  sent(process: string, stanza: XmlElement, seen: Glance): void;
  /** A stanza reaches a process. */
  received(process: string, stanza: XmlElement, seen: Glance): void;
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

/** Nobody listens yet. */
const DEAF: LinkHandler = { onStanza: () => {}, onStatus: () => {} };

/** All ways of a world. */
export class Network {
  readonly #options: NetworkOptions;
  /** Partitions that last now, by name: each cuts off a share of the processes. */
  readonly #partitions = new Set<string>();
  /** Ways that are open. */
  readonly #ways = new Set<Way>();
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

  /**
   * Breaks every connection until that time; then the sessions are resumed (XEP-0198) and what was sent
   * meanwhile, from either side, arrives in its order.
   */
  hold(untilMs: number): void {
    const { clock } = this.#options;
    this.#heldUntilMs = untilMs;
    const retryMs = untilMs - clock.now();
    for (const way of this.#ways) {
      const { session, life, handler, link: { jid } } = way;
      if (jid === undefined || life.dead || way.kept !== undefined) continue;
      const kept: XmlElement[] = [];
      way.kept = kept;
      life.reach(() => handler.onStatus({ type: "offline", reason: "connection lost", retryMs }));
      clock.after(retryMs, () => {
        if (way.session !== session || way.kept !== kept) return;
        way.kept = undefined;
        life.reach(() => handler.onStatus({ type: "online", jid, resumed: true }));
        for (const stanza of kept) this.#arrive(way, stanza);
      });
    }
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
    const way: Way = { link, life, dice, latencyMs, handler: DEAF, session: 0, kept: undefined };
    life.onDeath(() => this.#ways.delete(way));
    return {
      get jid() {
        return life.dead || way.kept !== undefined ? undefined : link.jid;
      },
      open: (handler) => {
        way.handler = handler;
        this.#ways.add(way);
        return link.open({
          onStanza: (stanza) => {
            if (this.#isCut(life.name)) return;
            if (way.kept !== undefined) way.kept.push(stanza);
            else this.#arrive(way, stanza);
          },
          onStatus: (status) => {
            if (status.type !== "connecting") {
              way.session++;
              way.kept = undefined;
            }
            if (status.type === "online") watcher.online(life.name, status.jid.full);
            life.reach(() => handler.onStatus(status));
          },
        });
      },
      send: (stanza) => {
        if (!life.survives()) return;
        const seen = glance(stanza);
        watcher.sent(life.name, stanza, seen);
        this.#route(way, stanza, seen);
        life.survives();
      },
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    };
  }

  /** A stanza reaches a process. */
  #arrive(way: Way, stanza: XmlElement): void {
    const { life } = way;
    if (life.awake) this.#handOver(way, stanza);
    else life.reach(() => this.#handOver(way, stanza));
  }

  #handOver({ life, handler }: Way, stanza: XmlElement): void {
    this.#options.watcher.received(life.name, stanza, glance(stanza));
    handler.onStanza(stanza);
  }

  #isCut(process: string): boolean {
    if (this.#partitions.size === 0) return false;
    for (const partition of this.#partitions) {
      const share = hashText(hashText(0, partition), process) / 2 ** 32;
      if (share < this.#options.faults.partitionShare) return true;
    }
    return false;
  }

  /** Decides what becomes of a stanza. */
  #route(way: Way, stanza: XmlElement, { what }: Glance): void {
    const { link, life, dice, latencyMs } = way;
    if (stanza.name !== "message" || link.jid === undefined) return link.send(stanza);
    const { faults } = this.#options;
    const occasion = dice.on(what);
    const lost = occasion.strike("lost", faults.lost);
    const doubled = occasion.strike("doubled", faults.doubled);
    const late = occasion.strike("late", faults.late);
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
  /** The process, as the link knows it. */
  handler: LinkHandler;
  /** Counts the changes of its session. */
  session: number;
  /** What came while the connection was broken, of a session that will be resumed; else `undefined`. */
  kept: XmlElement[] | undefined;
}
