/**
 * The flags of `deno task world`.
 *
 * @module
 */
import { merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import { choice, float, integer, string } from "@optique/core/valueparser";
import { DEFECT_NAMES, PROFILE_NAMES, type WorldOptions } from "../../sim/world/mod.ts";

const count = (min: number) => integer({ min, metavar: "N" });

const runFlags = object({
  seeds: withDefault(
    option("--seeds", count(1), { description: message`Worlds to run, a seed each` }),
    1,
  ),
  workers: withDefault(
    option("--workers", count(1), { description: message`Worlds at a time` }),
    1,
  ),
  twice: option("--twice", {
    description: message`Run each world twice: the hashes of all events must be equal`,
  }),
  shrinkRuns: withDefault(
    option("--shrink-runs", count(0), {
      description: message`Worlds run at most to find the fewest faults that break an invariant`,
    }),
    400,
  ),
  trace: optional(option("--trace", string({ metavar: "FILE" }), {
    description: message`Where the trace of the first violation is written`,
  })),
  json: option("--json", { description: message`End with one object` }),
});

const worldFlags = object({
  seed: withDefault(
    option("--seed", count(0), { description: message`The first seed` }),
    1,
  ),
  profile: withDefault(
    option("--profile", choice(PROFILE_NAMES, { metavar: "PROFILE" }), {
      description: message`How bad it gets`,
    }),
    "stormy" as const,
  ),
  agents: withDefault(
    option("--agents", count(1), { description: message`Agents at a time` }),
    5,
  ),
  managers: withDefault(
    option("--managers", count(1), { description: message`Managers on one JID and one queue` }),
    2,
  ),
  jobs: withDefault(option("--jobs", count(1), { description: message`Jobs` }), 8),
  hours: withDefault(
    option("--hours", float({ min: 0, metavar: "HOURS" }), {
      description: message`Length of the storm, in virtual time`,
    }),
    3,
  ),
  arrivalHours: optional(option("--arrival-hours", float({ min: 0, metavar: "HOURS" }), {
    description: message`Time over which the jobs arrive; default: all at once`,
  })),
  jobSeconds: optional(option("--job-seconds", count(1), {
    description: message`Mean run of a job; default: 600`,
  })),
  leaseSeconds: optional(option("--lease-seconds", count(1), {
    description: message`JM_LEASE_SECONDS; default: 86400`,
  })),
  silenceSeconds: optional(option("--silence-seconds", count(1), {
    description: message`JM_LEASE_SILENCE; default: 600`,
  })),
  leases: optional(option("--leases", choice(["on", "off"]), {
    description: message`JM_LEASES; off: hand-outs are final, and jobs may be lost`,
  })),
  retentionSeconds: optional(option("--retention-seconds", count(0), {
    description: message`JM_JOB_RETENTION, archives included; default: jobs are kept`,
  })),
});

const otherFlags = object({
  habits: withDefault(
    option("--habits", choice(["plain", "varied"], { metavar: "HABITS" }), {
      description:
        message`Varied: the seed decides on cooldown, room, form of messages and split roles`,
    }),
    "varied" as const,
  ),
  defect: optional(option("--defect", choice(DEFECT_NAMES, { metavar: "DEFECT" }), {
    description: message`Put a known defect in`,
  })),
  only: optional(option("--only", string({ metavar: "FAULT,…" }), {
    description: message`Faults that alone may strike, as a failed run names them`,
  })),
  noFiles: option("--no-files", { description: message`Jobs have neither input nor output` }),
  xml: option("--xml", { description: message`Write and parse every stanza` }),
});

/** The parser. */
export const worldCommandLine = merge(runFlags, worldFlags, otherFlags);

/** What the parser gives. */
export type WorldFlags = InferValue<typeof worldCommandLine>;

/** The world that flags describe. */
export function worldOf(flags: WorldFlags): WorldOptions {
  const { profile, agents, managers, jobs, hours, arrivalHours, jobSeconds, seed } = flags;
  const {
    leaseSeconds,
    silenceSeconds,
    leases,
    retentionSeconds,
    habits,
    defect,
    only,
    noFiles,
    xml,
  } = flags;
  return {
    seed,
    profile,
    agents,
    managers,
    jobs,
    hours,
    arrivalHours,
    jobSeconds,
    leaseSeconds,
    silenceSeconds,
    leases,
    retentionSeconds,
    habits,
    defect,
    only: only === undefined ? undefined : only.split(",").filter((fault) => fault !== ""),
    ...(noFiles ? { files: false } : {}),
    ...(xml ? { xml } : {}),
  };
}
