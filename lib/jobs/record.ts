/**
 * Reads the records that the scripts keep: a job's hash `copilot:job:ID` and the lines of its history
 * `copilot:history:ID`. Both are read strictly; an error names the key.
 *
 * @module
 */
import { type JobDescription, parseJobDescription } from "../protocol/job.ts";
import { JOB_STATES, type JobState } from "./job_state.ts";
import type { HistoryEntry, JobRecord } from "./job_store.ts";
import type { RedisReply } from "./redis_calls.ts";
import { asList, asText, asTexts } from "./reply.ts";

/** What stands in for a description that was taken out of Redis or cannot be read. */
const NO_DESCRIPTION: JobDescription = {
  chirpUrl: "",
  inputDir: "",
  inputFiles: [],
  command: "",
  arguments: "",
  environment: "",
  packages: "",
};

/** Named texts under one key; an empty text counts as none. */
class Fields {
  readonly #key: string;
  readonly #values: ReadonlyMap<string, string>;

  constructor(key: string, values: ReadonlyMap<string, string>) {
    this.#key = key;
    this.#values = values;
  }

  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  number(name: string, form = /^-?\d+(\.\d+)?$/): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!form.test(text)) throw this.bad(name);
    return Number(text);
  }

  integer(name: string): number | undefined {
    return this.number(name, /^-?\d{1,15}$/);
  }

  required(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw this.bad(name);
    return value;
  }

  state(): JobState {
    const state = JOB_STATES.find((state) => state === this.text("state"));
    if (state === undefined) throw this.bad("state");
    return state;
  }

  bad(name: string): SyntaxError {
    const text = JSON.stringify((this.#values.get(name) ?? "").slice(0, 80));
    return new SyntaxError(`Cannot read ${this.#key}: bad ${name} ${text}`);
  }
}

/** Reads a description; `undefined` where there is none that can be read. */
function tryDescription(text: string): JobDescription | undefined {
  try {
    return parseJobDescription(text);
  } catch {
    return undefined;
  }
}

/** Pairs up `name, value, name, value …`. */
function pairs(flat: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) values.set(flat[at] ?? "", flat[at + 1] ?? "");
  return values;
}

/** A waiting job of the original, of which no more is known than its description. */
function unrecorded(id: string, text: string, maxAttempts: number): JobRecord | undefined {
  const description = tryDescription(text);
  if (description === undefined) return undefined;
  return {
    id,
    state: "waiting",
    description,
    priority: 0,
    attempts: 0,
    maxAttempts,
    submittedMs: 0,
    changedMs: 0,
    token: 0,
  };
}

/**
 * Reads a job as the scripts show it.
 *
 * @param reply `{id, {field, value, …}, description, seenMs, deadlineMs}`.
 * @param maxAttempts What counts for a job of the original, which has no fields.
 * @returns The job; `undefined` for one of the original whose description cannot be read.
 * @throws {SyntaxError} When a field is missing or malformed.
 */
export function readJobRecord(reply: RedisReply, maxAttempts: number): JobRecord | undefined {
  const [idReply, fieldsReply, ...rest] = asList(reply, "a job's record");
  const id = asText(idReply, "a job's record");
  const flat = asTexts(fieldsReply, `copilot:job:${id}`);
  const [description = "", seenMs = "", deadlineMs = ""] = asTexts(rest, `copilot:job:${id}`);
  if (flat.length === 0) return unrecorded(id, description, maxAttempts);

  const values = pairs(flat).set("seenMs", seenMs).set("deadlineMs", deadlineMs);
  const fields = new Fields(`copilot:job:${id}`, values);
  return {
    id,
    state: fields.state(),
    description: tryDescription(description) ?? NO_DESCRIPTION,
    priority: fields.required("priority"),
    attempts: fields.required("attempts"),
    maxAttempts: fields.required("maxAttempts"),
    submittedMs: fields.required("submittedMs"),
    changedMs: fields.required("changedMs"),
    token: fields.required("token"),
    ...present({
      leasedMs: fields.integer("leasedMs"),
      finishedMs: fields.integer("finishedMs"),
      agent: fields.text("agent"),
      agentHost: fields.text("agentHost"),
      manager: fields.text("manager"),
      deadlineMs: fields.integer("deadlineMs"),
      seenMs: fields.integer("seenMs"),
      exitCode: fields.integer("exitCode"),
      validateExitCode: fields.integer("validateExitCode"),
      wallSeconds: fields.number("wallSeconds"),
      reason: fields.text("reason"),
      archive: fields.text("archive"),
      validationScript: fields.text("validationScript"),
      wallTimeSeconds: fields.number("wallTimeSeconds"),
      outputBytes: fields.number("outputBytes"),
      requirements: fields.text("requirements"),
    }),
  };
}

/**
 * Reads a line of a job's history: time, event, state, token, agent and reason, parted by tabs.
 *
 * @param line The line; its last part may hold anything.
 * @param key The key of the history, for the error.
 * @returns The entry.
 * @throws {SyntaxError} When time, state or token is malformed.
 */
export function readHistoryLine(line: string, key: string): HistoryEntry {
  const [atMs = "", event = "", state = "", token = "", agent = "", ...reason] = line.split("\t");
  const values = new Map(Object.entries({ atMs, state, token }));
  const fields = new Fields(key, values);
  return {
    atMs: fields.required("atMs"),
    event,
    state: fields.state(),
    ...present({
      token: fields.integer("token"),
      agent: agent || undefined,
      reason: reason.join("\t") || undefined,
    }),
  };
}

/** An object without those of its fields that are undefined. */
function present<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}
