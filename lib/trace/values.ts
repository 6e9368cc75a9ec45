/**
 * What the attributes of commands mean to a replay: which are the same at all times, which are
 * variables, and which are readings of a machine that nobody can foresee.
 *
 * @module
 */
import type { VariableKind } from "./bindings.ts";

/** How an attribute's value is compared. */
export type ValueRule =
  /** The same text. */
  | "same"
  /** Any text: a reading of a machine. */
  | "reading"
  /** Seconds that somebody measured: they may be off by one. */
  | "duration"
  /** A JDL: the same names and the same words about the protocol; amounts are readings. */
  | "jdl"
  /** A manager's data, a hash string whose pairs are variables; ours has more of them. */
  | "job-data"
  /** JSON: the same values under the same names, whatever their order. */
  | "json"
  /** The answer of Heartbeat, a hash string: the same names, values are readings. */
  | "status"
  | VariableKind;

const OF_ANY: Readonly<Record<string, ValueRule>> = {
  agentHost: "host",
  agentIP: "reading",
  agentSession: "reading",
  agentSoftware: "reading",
  componentAuthenticationTicket: "ticket",
  credential: "reading",
  details: "json",
  jdl: "jdl",
  jobID: "job",
  jmJobData: "job-data",
  outputDir: "output-directory",
  outputChirpUrl: "output-address",
  referral: "jid",
  status: "status",
  ticket: "ticket",
  updates: "json",
};

/** Attributes of `<job>`. */
const OF_JOB: Readonly<Record<string, ValueRule>> = {
  id: "job",
  inputDir: "input-directory",
  chirpUrl: "input-address",
  command: "content",
  arguments: "content",
  inputFiles: "content",
  environment: "content",
  packages: "content",
  validationScript: "content",
};

/** Attributes of elements that have rules of their own. */
const OF_OWNER: Readonly<Record<string, typeof OF_ANY | undefined>> = {
  job: OF_JOB,
  reportEventValue: { value: "reading" },
  reportEventDuration: { duration: "duration" },
};

/** Attributes that a component of ours adds to a command, and that the original ignores. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  want_getJob: ["agentSoftware", "agentSession", "agentIP"],
  getJob: ["agentSoftware", "agentSession", "agentIP"],
  want_getJobOutputDir: ["agentIP"],
  getJobOutputDir: ["agentIP"],
  job: ["wallTimeLimit", "outputLimit"],
};

/**
 * Says how an attribute is compared.
 *
 * @param owner Name of the command, or of the element inside it.
 * @param attribute Its name.
 */
export function ruleOf(owner: string, attribute: string): ValueRule {
  const rules = Object.hasOwn(OF_OWNER, owner) ? OF_OWNER[owner] ?? OF_ANY : OF_ANY;
  return Object.hasOwn(rules, attribute) ? rules[attribute] ?? "same" : "same";
}

/**
 * True for an attribute that need not be in the trace.
 *
 * @param owner Name of the command, or of the element inside it.
 * @param attribute Its name.
 */
export function isExtension(owner: string, attribute: string): boolean {
  return Object.hasOwn(OURS, owner) && OURS[owner]?.includes(attribute) === true;
}
