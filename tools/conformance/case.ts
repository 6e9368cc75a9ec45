/**
 * What a conformance case is: one sentence of the report, or one fact measured on the original, and the
 * dialogue that checks it.
 *
 * @module
 */
import type {
  AgentStage,
  HeartbeatStage,
  KeyManagerStage,
  ManagerStage,
  MonitorStage,
} from "./stage.ts";

/** How binding a rule is: a failed SHOULD counts with `--strict` only. */
export type Level = "MUST" | "SHOULD";

/** Who can be tested; the suite plays the other side. */
export const SIDES = ["manager", "agent", "heartbeat", "keymanager", "monitor"] as const;
/** One of {@linkcode SIDES}. */
export type Side = (typeof SIDES)[number];

/** Implementations whose differences are known. */
export type Implementation = "perl";

/**
 * What a case needs of its target beside a session:
 * - `jobs`: the manager's Redis and Chirp directory, and an empty queue;
 * - `chirp`: the manager's Chirp directory, to look at what it makes there and to clean up;
 * - `done`: its directory of finished jobs;
 * - `asks`: an account whose last `want_getJob` is longer ago than the manager's cooldown;
 * - `fresh`: an agent that is started for the case alone;
 * - `carbon`: the suite is the Carbon of the monitor;
 * - `mongodb`: the suite can look into the monitor's MongoDB.
 */
export type Need = "jobs" | "chirp" | "done" | "asks" | "fresh" | "carbon" | "mongodb";

/** How the tested manager or agent is configured, where the plain one does not do. */
export type Setup =
  | "plain"
  | "cooldown"
  | "require-file"
  | "queue-only"
  | "storage-only"
  | "two-managers"
  | "secure"
  | "sealed";

/** What all cases say of themselves. */
export interface CaseText {
  /** Stable name, `topic/subject/number`. */
  readonly id: string;
  readonly level: Level;
  /** The rule, in one sentence. */
  readonly rule: string;
  /** Where it comes from: `report 2.2.1.3`, `measured` (on the running original), `design`. */
  readonly source: string;
  /** Where an implementation is known to differ, and how. */
  readonly known?: Readonly<Partial<Record<Implementation, string>>> | undefined;
  /** Where a case would do harm to an implementation or its machine, and what: not run against it. */
  readonly fatal?: Readonly<Partial<Record<Implementation, string>>> | undefined;
  readonly needs?: readonly Need[] | undefined;
  readonly setup?: Setup | undefined;
  /** Setups that contradict the rule; none where `setup` says which one it needs. */
  readonly notWith?: readonly Setup[] | undefined;
  /** True: waits longer than 30 s; run in real time only with `--slow`. */
  readonly slow?: boolean | undefined;
}

/** A case against a manager: the suite is an agent. */
export interface ManagerCase extends CaseText {
  readonly against: "manager";
  readonly run: (stage: ManagerStage) => Promise<void>;
}

/** A case against an agent: the suite is its manager. */
export interface AgentCase extends CaseText {
  readonly against: "agent";
  readonly run: (stage: AgentStage) => Promise<void>;
}

/** A case against the components of a Heartbeat room: the suite is the heartbeat tool. */
export interface HeartbeatCase extends CaseText {
  readonly against: "heartbeat";
  readonly run: (stage: HeartbeatStage) => Promise<void>;
}

/** A case against a key manager: the suite is a component that wants a ticket. */
export interface KeyManagerCase extends CaseText {
  readonly against: "keymanager";
  readonly run: (stage: KeyManagerStage) => Promise<void>;
}

/** A case against a monitor: the suite reports, and stands where its reports go. */
export interface MonitorCase extends CaseText {
  readonly against: "monitor";
  readonly run: (stage: MonitorStage) => Promise<void>;
}

/** Any case. */
export type ConformanceCase =
  | ManagerCase
  | AgentCase
  | HeartbeatCase
  | KeyManagerCase
  | MonitorCase;

/** A case as written in a list of cases against one side. */
type Written<Case extends ConformanceCase> = Omit<Case, "against">;

/** Marks cases as being against a manager. */
export function againstManager(cases: readonly Written<ManagerCase>[]): ManagerCase[] {
  return cases.map((written) => ({ ...written, against: "manager" }));
}

/** Marks cases as being against an agent. */
export function againstAgent(cases: readonly Written<AgentCase>[]): AgentCase[] {
  return cases.map((written) => ({ ...written, against: "agent" }));
}

/** Marks cases as being against the components of a room. */
export function againstHeartbeat(cases: readonly Written<HeartbeatCase>[]): HeartbeatCase[] {
  return cases.map((written) => ({ ...written, against: "heartbeat" }));
}

/** Marks cases as being against a key manager. */
export function againstKeyManager(cases: readonly Written<KeyManagerCase>[]): KeyManagerCase[] {
  return cases.map((written) => ({ ...written, against: "keymanager" }));
}

/** Marks cases as being against a monitor. */
export function againstMonitor(cases: readonly Written<MonitorCase>[]): MonitorCase[] {
  return cases.map((written) => ({ ...written, against: "monitor" }));
}
