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
    counted(components.length, "component"),
    counted(sayings.length, "message"),
    counted(jobs.size, "job"),
    { name: "unacknowledged", value: `${wanting.length}` },
    { name: "repeated", value: `${repeated.length}` },
    counted(failed.length, "error"),
  ];
}

function counted(count: number, name: string): Fact {
  return { name: count === 1 ? name : `${name}s`, value: `${count}` };
}
