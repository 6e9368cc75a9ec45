/**
 * Commands about jobs.
 *
 * @module
 */
import type { SimAlienJob } from "../task_queue.ts";
import { absolutePath, type CommandCall, done, failed, readOptions } from "./command.ts";

const ESRCH = 3;
const EINVAL = 22;
const ENODATA = 61;
const EREMOTEIO = 121;

/** Groups of states by the letters of `ps -f`. */
const GROUPS: Readonly<Record<string, RegExp>> = {
  a: /./,
  r: /^(?:RUNNING|STARTED|INTERACTIV|SAVING|IDLE)$/,
  f: /^(?:ERROR_\w+|EXPIRED|FAILED|ZOMBIE|KILLED)$/,
  d: /^DONE/,
  s: /^(?:WAITING|ASSIGNED|INSERTING|SPLITTING|OVER_WAITING)$/,
};

/** `JAliEnCommandsubmit`: a JDL, or the LFN of one. */
export function submit({ services, session, options: [what = ""] }: CommandCall) {
  let jdl = what;
  if (!what.includes("=")) {
    const path = absolutePath(what, session, services.home);
    const bytes = services.contentOf(path);
    if (bytes === undefined) return failed(EREMOTEIO, `Not able to get the file ${path}`);
    jdl = new TextDecoder().decode(bytes);
  }
  try {
    const { id } = services.queue.submit(jdl, session.user);
    return done({ jobId: `${id}`, message: `Your new job ID is ${id}` });
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return failed(EREMOTEIO, `Task queue rejected your job due to:\n  ${error.message}`);
  }
}

/** `JAliEnCommandps`. */
export function ps({ services, session, options: words }: CommandCall) {
  const withValue = ["F", "f", "u", "s", "n", "m", "o", "j", "l", "q", "jdl", "trace"];
  const { options } = readOptions(words, withValue);
  const [jdlOf, traceOf] = [options.get("jdl"), options.get("trace")];
  if (jdlOf !== undefined) {
    const jdl = services.queue.job(jdlOf)?.jdl;
    // As Java writes what is not there.
    return done({ id: jdlOf, jdl: jdl ?? "null", message: jdl ?? "null" });
  }
  if (traceOf !== undefined) {
    const trace = services.queue.job(traceOf)?.trace ?? [];
    if (trace.length === 0) return failed(ENODATA, `No trace information for ${traceOf}`);
    return done({ id: traceOf, trace: trace.join("\n"), message: trace.join("\n") });
  }
  const ids = options.get("j")?.split(",");
  const users = options.get("u")?.split(",") ?? [session.user];
  const states = (options.get("f") ?? (options.has("W") ? "s" : options.has("E") ? "f" : "a"))
    .split(",");
  const jobs = [...services.queue.jobs.values()].filter((job) => {
    if (ids !== undefined) return ids.includes(`${job.id}`);
    return (options.has("a") || users.includes(job.owner)) &&
      states.some((state) => GROUPS[state]?.test(job.status) ?? state === job.status);
  });
  const limit = Number(options.get("l") ?? 0) || jobs.length;
  return done(...jobs.slice(0, limit).map((job) => describe(job, options)));
}

/** Fields of a job; two names end in a blank, as `JAliEnCommandps` prints them. */
function describe(job: SimAlienJob, options: ReadonlyMap<string, string>) {
  const isLong = options.has("L") || options.has("Fl") || options.get("F") === "l" ||
    options.has("X");
  return {
    "owner ": job.owner,
    "id ": `${job.id}`,
    split: "0",
    priority: "0",
    status: job.status,
    name: /Executable\s*=\s*[{\s]*"(?:[^"]*\/)?([^"/]*)"/i.exec(job.jdl)?.[1] ?? "",
    ...(isLong ? { "site ": "", node: job.node } : {}),
    message: options.has("id")
      ? `${job.id}`
      : `${job.owner.padStart(10)} ${job.id}  ${job.status.padEnd(10)}`,
  };
}

/** Does something to each job that is named. */
function withJobs(
  { services, options: ids }: CommandCall,
  act: (job: SimAlienJob) => Readonly<Record<string, unknown>>,
) {
  const jobs: SimAlienJob[] = [];
  for (const id of ids) {
    if (!/^\d+$/.test(id)) return failed(EINVAL, `Invalid job ID: ${id}`);
    const job = services.queue.job(id);
    if (job === undefined) return failed(ESRCH, `Job ID ${id} was not found in the task queue`);
    jobs.push(job);
  }
  return done(...jobs.map(act));
}

/** `JAliEnCommandkill`. */
export function kill(call: CommandCall) {
  return withJobs(call, (job) => {
    call.services.queue.kill(job);
    return { jobid: `${job.id}`, status: "killed", message: `Killed: ${job.id}` };
  });
}

/** `JAliEnCommandresubmit`. */
export function resubmit(call: CommandCall) {
  return withJobs(call, (job) => {
    call.services.queue.resubmit(job);
    return { message: `Job resubmitted: ${job.id}` };
  });
}
