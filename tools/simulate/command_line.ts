/**
 * The flags of `deno task simulate`.
 *
 * @module
 */
import { merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import { seconds } from "../../lib/cli/value_parsers.ts";
import { arrival, distribution, threshold } from "./value_parsers.ts";

const count = (min: number) => integer({ min, metavar: "N" });

const sizeFlags = object({
  agents: withDefault(
    option("--agents", count(1), { description: message`Agents at a time` }),
    10,
  ),
  managers: optional(option("--managers", count(1), {
    description: message`Managers on one account and one queue; default: 1`,
  })),
  jobs: optional(option("--jobs", count(1), {
    description: message`Jobs; default: with --for as many as are taken, else 10 for each agent`,
  })),
  forSeconds: optional(option("--for", seconds(), {
    description: message`End after this time, jobs left or not`,
  })),
  warmUpSeconds: withDefault(
    option("--warm-up", seconds(), { description: message`Begin to count after this time` }),
    0,
  ),
  startSeconds: withDefault(
    option("--ramp-up", seconds(), { description: message`Start the agents over this time` }),
    0,
  ),
  seed: withDefault(
    option("--seed", count(0), { description: message`Where the jobs' properties come from` }),
    1,
  ),
});

const placeFlags = object({
  transport: withDefault(
    option("--transport", choice(["memory", "memory-xml"]), {
      description: message`How stanzas travel`,
    }),
    "memory" as const,
  ),
});

const modelFlags = object({
  jobDuration: optional(option("--job-duration", distribution("duration"), {
    description:
      message`How long a job runs: 1h, uniform(1s,5s), exp(30s), normal(1m,10s), lognormal(1h,2h); default: 100ms`,
  })),
  jobFailures: optional(option("--job-failures", distribution("share"), {
    description: message`How many fail: 5%, or a distribution`,
  })),
  arrival: optional(option("--arrival", arrival(), {
    description: message`When jobs come: at-once, saturate, 100/s, ramp(10/s,200/s,60s)`,
  })),
  churn: optional(option("--churn", distribution("duration"), {
    description: message`How long an agent lives before it vanishes and another comes`,
  })),
  requestSeconds: optional(option("--request-interval", seconds(), {
    description: message`An agent's wait before its second request for a job; default: 2s`,
  })),
  silenceSeconds: optional(option("--lease-silence", seconds(), {
    description: message`JM_LEASE_SILENCE; default: 10m`,
  })),
});

const outputFlags = object({
  thresholds: multiple(option("--threshold", threshold(), {
    description: message`Fail unless this holds, such as 'lease_p99<500ms'; may be repeated`,
  })),
  json: option("--json", { description: message`End with one object` }),
});

/** The parser. */
export const simulateCommandLine = merge(sizeFlags, placeFlags, modelFlags, outputFlags);

/** What the parser gives. */
export type SimulateFlags = InferValue<typeof simulateCommandLine>;
