/**
 * Why a job is where it is, and what has to happen for it to go on: reasoning over what the store knows,
 * in sentences for people.
 *
 * @module
 */
import type { JobState } from "./job_state.ts";
import type { HistoryEntry, JobRecord } from "./job_store.ts";
import type { Fit } from "./requirements.ts";
import type { QueuePlace } from "./queue_view.ts";

/** What is known of a job and of the queue around it. Times are by the clock of Redis. */
export interface WhyFacts {
  /** The job. */
  readonly job: JobRecord;
  /** What happened to it, the oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Where it stands; undefined where it stands in no list. */
  readonly place: QueuePlace | undefined;
  /** Number of jobs in each state. */
  readonly counts: Readonly<Record<JobState, number>>;
  /** Jobs that ended in the last hour, whatever became of them. */
  readonly endedLastHour: number;
  /** Agents that are connected; undefined where nobody counts them. */
  readonly agentsConnected?: number | undefined;
  /** Machines that asked lately, for a job with requirements. Default: none is known. */
  readonly fit?: Fit | undefined;
  /** The present, milliseconds since the epoch. */
  readonly nowMs: number;
}

/** An answer. */
export interface Why {
  /** The answer in one sentence. */
  readonly summary: string;
  /** What it rests on, a sentence each. */
  readonly facts: readonly string[];
  /** What somebody might do about it; empty where there is nothing to be done. */
  readonly advice: readonly string[];
}

/**
 * Says why a job is where it is. Pure.
 *
 * @param facts See {@linkcode WhyFacts}.
 * @returns The answer.
 */
export function explainJob(facts: WhyFacts): Why {
  switch (facts.job.state) {
    case "waiting":
      return facts.place === undefined ? explainMissing(facts) : explainWaiting(facts, facts.place);
    case "held":
      return explainHeld(facts);
    case "leased":
      return explainLeased(facts);
    case "running":
      return explainRunning(facts);
    default:
      return explainEnded(facts);
  }
}

function explainWaiting(facts: WhyFacts, place: QueuePlace): Why {
  const { job, counts, endedLastHour, agentsConnected, nowMs } = facts;
  const atWork = counts.leased + counts.running;
  const isIdle = atWork === 0 && endedLastHour === 0;
  const others = place.ahead === 0
    ? "It is the next to be handed out"
    : `${several(place.ahead, "job")} will be handed out before it`;
  const lines = [others];
  if (job.submittedMs > 0) lines.push(`Submitted ${since(job.submittedMs, nowMs)} ago`);
  lines.push(...priorityFacts(job, place), ...attemptFacts(facts));
  if (agentsConnected !== undefined) {
    lines.push(`${several(agentsConnected, "agent")} ${areWord(agentsConnected)} connected`);
  }
  lines.push(`${several(atWork, "job")} ${areWord(atWork)} on agents`);
  if (endedLastHour > 0) {
    lines.push(`${several(endedLastHour, "job")} ended in the last hour`);
    const seconds = 3600 * (place.ahead + 1) / endedLastHour;
    lines.push(`At this rate its turn comes in about ${lengthOfTime(seconds)}`);
  }
  lines.push(...fitFacts(facts));
  if (facts.fit !== undefined && facts.fit.machines > 0 && facts.fit.suiting === 0) {
    return {
      summary: "It waits because no agent meets its requirements",
      facts: lines,
      advice: ["Start agents on machines that meet them, or submit it with others"],
    };
  }
  if (agentsConnected === 0) {
    return {
      summary: "It waits because no agent is connected",
      facts: lines,
      advice: ["Start agents, and see that they reach the XMPP server"],
    };
  }
  if (isIdle) {
    return {
      summary: "It waits because nobody takes jobs: none is on an agent, none ended for an hour",
      facts: lines,
      advice: [
        "See that a job manager runs: its log names each job that it hands out",
        "See that agents run and ask this manager (JM_JABBER_ADDRESS)",
      ],
    };
  }
  const summary = place.ahead === 0
    ? "It waits for the next agent that asks for a job"
    : `It waits for its turn behind ${several(place.ahead, "other job")}`;
  return { summary, facts: lines, advice: [] };
}

function priorityFacts(job: JobRecord, place: QueuePlace): string[] {
  if (job.priority === 0) return [];
  const effect = job.priority < 0
    ? "jobs of priority 0 pass it"
    : place.ahead === 0
    ? "it passes jobs of priority 0"
    : "only jobs of its own priority or higher stand before it";
  return [`Its priority is ${job.priority}: ${effect}`];
}

/** How the machines that asked in the last hour stand to what the job requires. */
function fitFacts({ job, fit }: WhyFacts): string[] {
  if (job.requirements === undefined || fit === undefined) return [];
  const lines = [`It requires ${job.requirements}`];
  if (fit.machines === 0) {
    return [...lines, "No agent has asked since; managers of the original never hand it out"];
  }
  lines.push(
    `${fit.suiting} of ${several(fit.machines, "agent")} that asked in the last hour meet this`,
  );
  for (const { clause, by } of fit.unmet) {
    lines.push(`${clause} is missed by ${by} of ${fit.machines}`);
  }
  return lines;
}

/** What became of the attempts so far. */
function attemptFacts({ job, history, nowMs }: WhyFacts): string[] {
  const back = history.findLast(({ event }) => event === "requeued");
  const lines: string[] = [];
  if (job.attempts > 0) {
    lines.push(`It was handed out ${job.attempts} of at most ${job.maxAttempts} times`);
  }
  if (back !== undefined) {
    const why = back.reason === undefined ? "" : `: ${back.reason}`;
    lines.push(`Put back ${since(back.atMs, nowMs)} ago${why}`);
  }
  return lines;
}

function explainMissing({ job }: WhyFacts): Why {
  return {
    summary: "Its record says that it waits, but it stands in no list",
    facts: [
      job.submittedMs === 0
        ? "It was submitted by the original"
        : "A manager of the original may have taken it: that one leaves no record",
    ],
    advice: ["Beside managers of the original set JM_LEASES off: ours then mark such jobs running"],
  };
}

function explainHeld({ job, history, nowMs }: WhyFacts): Why {
  const hold = history.findLast(({ event }) => event === "held");
  const reason = job.reason ?? hold?.reason;
  return {
    summary: hold === undefined
      ? "It is held: it was submitted so, and waits for release"
      : "It is held: somebody took it out of the queue",
    facts: [
      `Held for ${since(hold?.atMs ?? job.changedMs, nowMs)}`,
      ...reason === undefined ? [] : [`Reason: ${reason}`],
    ],
    advice: ["Release it, and it joins the queue"],
  };
}

function explainLeased(facts: WhyFacts): Why {
  const { job, nowMs } = facts;
  return {
    summary: `It was handed to ${job.agent ?? "an agent"}, which has not acknowledged it yet`,
    facts: [
      ...job.leasedMs === undefined ? [] : [`Handed out ${since(job.leasedMs, nowMs)} ago`],
      ...leaseEnd(job, nowMs),
      ...attemptFacts(facts),
    ],
    advice: [],
  };
}

function explainRunning(facts: WhyFacts): Why {
  const { job, nowMs } = facts;
  const isBound = job.deadlineMs !== undefined;
  const agent = job.agent ?? "an agent that is not known";
  return {
    summary: `It runs on ${agent}`,
    facts: [
      ...job.leasedMs === undefined ? [] : [`Handed out ${since(job.leasedMs, nowMs)} ago`],
      ...job.seenMs === undefined
        ? []
        : [`Last sign of life of the agent ${since(job.seenMs, nowMs)} ago`],
      ...isBound
        ? leaseEnd(job, nowMs)
        : ["The hand-out was final: nobody takes the job back by itself"],
      ...job.wallTimeSeconds === undefined
        ? []
        : [`It may run for ${lengthOfTime(job.wallTimeSeconds)}`],
      ...attemptFacts(facts),
    ],
    advice: isBound ? [] : ["If its agent is gone: cancel it, then rerun it"],
  };
}

function leaseEnd(job: JobRecord, nowMs: number): string[] {
  if (job.deadlineMs === undefined) return [];
  const seconds = (job.deadlineMs - nowMs) / 1000;
  return seconds > 0
    ? [`Without a sign of life it goes back to the queue in ${lengthOfTime(seconds)}`]
    : ["Its lease is over: the next manager that sweeps puts it back"];
}

function explainEnded({ job, nowMs }: WhyFacts): Why {
  const ended = job.finishedMs ?? job.changedMs;
  return {
    summary: job.reason === undefined
      ? `It does not wait: it has ${job.state === "cancelled" ? "been cancelled" : job.state}`
      : `It does not wait: it ${
        job.state === "cancelled" ? "was cancelled" : job.state
      } (${job.reason})`,
    facts: [
      `Ended ${since(ended, nowMs)} ago`,
      ...job.agent === undefined ? [] : [`Last run by ${job.agent}`],
    ],
    advice: job.state === "succeeded" ? [] : ["Rerun it, and it joins the queue again"],
  };
}

function several(count: number, noun: string): string {
  return `${count === 0 ? "No" : count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
}

function areWord(count: number): "is" | "are" {
  return count === 1 ? "is" : "are";
}

function since(atMs: number, nowMs: number): string {
  return lengthOfTime(Math.max(0, (nowMs - atMs) / 1000));
}

/** A length of time in its two greatest units, such as `2 h 5 min`. */
function lengthOfTime(seconds: number): string {
  const units = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]] as const;
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[at] ?? [1, "s"];
  const [restSize, restName] = units[at + 1] ?? [1, ""];
  const rest = restName === "" ? 0 : Math.floor((seconds % size) / restSize);
  return `${Math.floor(seconds / size)} ${name}${rest > 0 ? ` ${rest} ${restName}` : ""}`;
}
