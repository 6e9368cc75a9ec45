/**
 * Watches a world: every change of the queue, every stanza; keeps the hash of all events.
 *
 * @module
 */
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { TraceLine } from "../../lib/trace/format.ts";
import type { RedisStore } from "../redis/mod.ts";
import { DialogueAudit } from "./dialogue_audit.ts";
import { EventHash } from "./event_hash.ts";
import { JobLedger } from "./job_ledger.ts";
import type { NetworkWatcher } from "./network.ts";
import type { Glance } from "./peek.ts";
import { QueueData } from "./queue_data.ts";
import { sweepQueue } from "./sweep.ts";
import type { VirtualClock } from "./virtual_clock.ts";
import { Violations } from "./violations.ts";

/** Changes of the queue between two looks at the whole of it, at least, and for each job in it. */
const EFFECTS_PER_SWEEP = 200;
const EFFECTS_PER_JOB = 2;
/** What the name of a manager's process begins with. */
export const MANAGER_PROCESS = "manager-";

/** Options of a {@linkcode Referee}. */
export interface RefereeOptions {
  readonly clock: VirtualClock;
  readonly store: RedisStore;
  /** False: a hand-out is final. */
  readonly leases: boolean;
  /** Age at which jobs that have ended may be forgotten, in milliseconds. */
  readonly retentionMs: number;
  /** True for a manager's process that refers reports to others, and need not store what it acknowledges. */
  readonly redirects: (process: string) => boolean;
  /** True for a lease's directory that holds a whole output. */
  readonly isDelivered: (directory: string) => boolean;
  /** Told of every stanza. */
  readonly onTrace: ((line: TraceLine) => void) | undefined;
}

/** Sees that the rules are kept. */
export class Referee implements NetworkWatcher, Disposable {
  readonly violations: Violations;
  readonly ledger: JobLedger;
  readonly data: QueueData;
  readonly #hash = new EventHash();
  readonly #dialogue: DialogueAudit;
  readonly #options: RefereeOptions;
  readonly #startMs: number;
  #stanzas = 0;
  #sweptAt = 0;

  /** @param options See {@linkcode RefereeOptions}. */
  constructor(options: RefereeOptions) {
    const { clock, store, leases, retentionMs, isDelivered, redirects } = options;
    this.#options = options;
    this.#startMs = clock.now();
    this.violations = new Violations(clock);
    this.data = new QueueData(store);
    this.#dialogue = new DialogueAudit({
      nowMs: () => clock.now(),
      violations: this.violations,
      leases,
      job: (id) => this.data.job(id),
      wasSetBack: (id) => this.ledger.wasSetBack(id),
      redirects,
    });
    this.ledger = new JobLedger({
      store,
      leases,
      retentionMs,
      violations: this.violations,
      isReported: (id, token, agent) =>
        isDelivered(`${id}.${token}`) || this.#dialogue.isReported(id, token, agent),
      onLine: (line) => this.#hash.add(this.#passedMs, line),
    });
  }

  /** Stanzas that were sent. */
  get stanzas(): number {
    return this.#stanzas;
  }

  /** Hash of all events so far. */
  get eventHash(): string {
    return this.#hash.digest;
  }

  /** Notes an event that is neither a stanza nor a change of the queue. */
  note(event: string): void {
    this.#hash.add(this.#passedMs, event);
  }

  /** A manager's process has died. */
  forget(process: string): void {
    this.#dialogue.forget(process);
  }

  /** Looks at the whole queue where enough has changed since the last time; true where it does. */
  sweepIfDue(): boolean {
    const { ledger, data, violations } = this;
    const due = Math.max(EFFECTS_PER_SWEEP, EFFECTS_PER_JOB * ledger.jobs.size);
    if (ledger.effects - this.#sweptAt < due) return false;
    this.#sweptAt = ledger.effects;
    sweepQueue(data, ledger, violations);
    return true;
  }

  /** See {@linkcode NetworkWatcher}. */
  sent(process: string, stanza: XmlElement, seen: Glance): void {
    this.#stanzas++;
    this.#hash.addPassing(this.#passedMs, process, stanza.attrs["to"] ?? "", seen.what, seen.id);
    this.#trace(process, "c2s", stanza);
    if (process.startsWith(MANAGER_PROCESS)) this.#dialogue.fromManager(process, stanza, seen);
  }

  /** See {@linkcode NetworkWatcher}. */
  received(process: string, stanza: XmlElement, seen: Glance): void {
    this.#hash.addPassing(
      this.#passedMs,
      stanza.attrs["from"] ?? "",
      process,
      seen.what,
      seen.id,
    );
    this.#trace(process, "s2c", stanza);
    if (process.startsWith(MANAGER_PROCESS)) this.#dialogue.toManager(process, stanza, seen);
  }

  /** See {@linkcode NetworkWatcher}. */
  online(process: string, jid: string): void {
    this.note(`${process} is ${jid}`);
    if (this.#options.onTrace === undefined) return;
    const bind = xml("bind", { xmlns: "urn:ietf:params:xml:ns:xmpp-bind" }, xml("jid", {}, jid));
    this.#trace(process, "s2c", xml("iq", { type: "result", id: "bind" }, bind));
  }

  [Symbol.dispose](): void {
    this.ledger[Symbol.dispose]();
  }

  #trace(conn: string, dir: TraceLine["dir"], stanza: XmlElement): void {
    const { onTrace } = this.#options;
    if (onTrace === undefined) return;
    onTrace({ t: this.#passedMs / 1000, conn, dir, xml: serializeXml(stanza) });
  }

  get #passedMs(): number {
    return this.#options.clock.now() - this.#startMs;
  }
}
