/**
 * A story in numbers.
 *
 * @module
 */
import type { Story } from "./story.ts";

/** A number and what is counted. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Counts what somebody who opens a trace wants to know first. */
export function summaryOf({ components, steps, seconds }: Story): Fact[] {
  const sayings = steps.filter((step) => step.type === "saying");
  const jobs = new Set(
    sayings.flatMap(({ values }) =>
      values.filter(({ name }) => name === "jobID" || name === "job.id").map(({ value }) => value)
    ),
  );
  const wanting = sayings.filter(({ kind, noack, acks }) =>
    kind === "command" && !noack && acks === 0
  );
  const repeated = sayings.filter(({ copy }) => copy > 1);
  const failed = sayings.filter(({ kind, arrived }) => kind === "error" || !arrived);
  return [
    { name: "seconds", value: seconds.toFixed(1) },
    { name: "components", value: `${components.length}` },
    { name: "messages", value: `${sayings.length}` },
    { name: "jobs", value: `${jobs.size}` },
    { name: "unacknowledged", value: `${wanting.length}` },
    { name: "repeated", value: `${repeated.length}` },
    { name: "errors", value: `${failed.length}` },
  ];
}
