/**
 * What a manager tells the monitor (report 2.3.2; trace `monitor-events`).
 *
 * @module
 */
import type { Events } from "../../lib/messaging/event_reporter.ts";
import { agentData } from "../../lib/protocol/agent_name.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import type { EndedJob } from "./output.ts";

/** Names of events; the last three are ours. */
export const EVENT = {
  /** A job was handed out. */
  start: "job.start",
  /** Jobs that wait. */
  queuedJobs: "queuedJobs",
  /** Somebody asked for a job, and there was none. */
  emptyQueue: "error.emptyQueue",
  /** A job in the queue has no description, or a report names a job that is not known. */
  invalidJobId: "error.invalidJobId",
  /** A report of a job came from who does not hold it. */
  staleLease: "error.staleLease",
  /** A job went back to the queue because its agent was lost. */
  takenBack: "job.takenBack",
  /** An agent gave an unfinished job back. */
  handedBack: "job.handedBack",
} as const;

/**
 * Reports that a job has ended: how long it took, and to the document of the agent's connection what it
 * contributed.
 *
 * @param events The manager's reporter.
 * @param ended The job.
 */
export function reportEnd(events: Events, ended: EndedJob): void {
  const { outcome, agent, startedMs, endedMs, contributedSeconds } = ended;
  // Whole seconds, as the original: the time of the hand-out travels in them.
  const seconds = Math.floor(endedMs / 1000) - Math.floor((startedMs ?? endedMs) / 1000);
  events.took(`job.${outcome}`, seconds);
  const uuid = agentData(Jid.parse(agent).local)?.uuid;
  if (uuid === undefined) return;
  const $inc = { [`${outcome}_jobs`]: 1, contributed_time: contributedSeconds };
  events.update(uuid, { $inc });
}
