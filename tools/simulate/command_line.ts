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
import { choice, integer, string } from "@optique/core/valueparser";
import { seconds } from "../../lib/cli/value_parsers.ts";
import { PROFILE_NAMES } from "../../sim/world/mod.ts";
import { addressOr, arrival, distribution, threshold } from "./value_parsers.ts";

const count = (min: number) => integer({ min, metavar: "N" });

const sizeFlags = object({
  agents: withDefault(
    option("--agents", count(1), { description: message`Agents at a time` }),
    10,
  ),
  managers: optional(option("--managers", count(1), {
    description: message`Managers on one account and one queue; default: 1, in virtual time 2`,
  })),
  jobs: optional(option("--jobs", count(1), {
    description: message`Jobs; default: with --for as many as are taken, else 10 for each agent`,
  })),
  forSeconds: optional(option("--for", seconds(), {
    description:
      message`End after this time, jobs left or not; in virtual time how long faults strike`,
  })),
  warmUpSeconds: withDefault(
    option("--warm-up", seconds(), { description: message`Begin to count after this time` }),
    0,
  ),
  startSeconds: optional(option("--ramp-up", seconds(), {
    description: message`Start the agents over this time; default: at once, with tcp 1000 a second`,
  })),
  seed: withDefault(
    option("--seed", count(0), { description: message`Where jobs and faults come from` }),
    1,
  ),
});

const placeFlags = object({
  time: withDefault(
    option("--time", choice(["real", "virtual"], { metavar: "TIME" }), {
      description: message`Measure this machine, or run days in seconds, faults and all`,
    }),
    "real" as const,
  ),
  transport: withDefault(
    option("--transport", choice(["memory", "memory-xml", "tcp"], { metavar: "TRANSPORT" }), {
      description:
        message`How stanzas travel: as objects or as XML in this process, or between processes`,
    }),
    "memory" as const,
  ),
  redis: optional(option("--redis", addressOr("memory", "own"), {
    description:
      message`Redis: in memory, our own server, or HOST:PORT; default: memory, with tcp own`,
  })),
  chirp: withDefault(
    option("--chirp", addressOr("none", "folder", "own"), {
      description:
        message`Where output goes: nowhere, into the managers' folder, to our own Chirp server, or to HOST:PORT`,
    }),
    "none" as const,
  ),
  chirpFolder: optional(option("--chirp-folder", string({ metavar: "DIR" }), {
    description: message`Folder that a Chirp server at HOST:PORT shares with the managers`,
  })),
});

const serverFlags = object({
  server: withDefault(
    option("--server", addressOr("own"), {
      description: message`XMPP server of tcp: our own, or HOST:PORT (Prosody, ejabberd, …)`,
    }),
    "own" as const,
  ),
  domain: optional(option("--domain", string({ metavar: "DOMAIN" }), {
    description: message`Domain that it serves; default: its host`,
  })),
  managerAccount: withDefault(
    option("--manager-account", string({ metavar: "NAME" }), {
      description:
        message`Account of the managers there; its password is JM_JABBER_PASSWORD in the environment`,
    }),
    "jobmanager",
  ),
  agentAccount: withDefault(
    option("--agent-account", string({ metavar: "NAME" }), {
      description:
        message`Account of the agents there, {n} for an agent's number; the password is AGENT_JABBER_PASSWORD`,
    }),
    "agent",
  ),
  tls: withDefault(
    option(
      "--tls",
      choice(["starttls-if-offered", "require-starttls", "direct", "off"], { metavar: "MODE" }),
      {
        description: message`Encryption of connections to it`,
      },
    ),
    "starttls-if-offered" as const,
  ),
  caFile: optional(option("--ca", string({ metavar: "FILE" }), {
    description: message`Certificates (PEM) to trust`,
  })),
  envelope: optional(
    option("--envelope", choice(["original", "namespaced", "auto"], { metavar: "FORM" }), {
      description:
        message`Form of messages (XMPP_ENVELOPE); default: original, with --server HOST:PORT auto`,
    }),
  ),
});

const modelFlags = object({
  jobDuration: optional(option("--job-duration", distribution("duration"), {
    description:
      message`How long a job runs: 1h, uniform(1s,5s), exp(30s), normal(1m,10s), lognormal(1h,2h); default: 100ms, in virtual time 10m`,
  })),
  jobOutput: optional(option("--job-output", distribution("size"), {
    description: message`How many bytes it leaves behind, for --chirp; default: 1kB`,
  })),
  jobFailures: optional(option("--job-failures", distribution("share"), {
    description: message`How many fail: 5%, or a distribution`,
  })),
  arrival: optional(option("--arrival", arrival(), {
    description: message`When jobs come: at-once, saturate, 100/s, ramp(10/s,200/s,60s)`,
  })),
  arrivalTrace: optional(option("--arrival-trace", string({ metavar: "FILE" }), {
    description: message`When jobs come: at the times at which a recorded trace hands them out`,
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
  faults: optional(option("--faults", choice(PROFILE_NAMES, { metavar: "PROFILE" }), {
    description: message`What goes wrong, in virtual time`,
  })),
});

const outputFlags = object({
  thresholds: multiple(option("--threshold", threshold(), {
    description: message`Fail unless this holds, such as 'lease_p99<500ms'; may be repeated`,
  })),
  html: optional(option("--html", string({ metavar: "FILE" }), {
    description: message`Write a page with plots`,
  })),
  dashboard: option("--dashboard", {
    description: message`Show the run live on a web page; needs --time real`,
  }),
  json: option("--json", { description: message`End with one object` }),
});

/** The parser. */
export const simulateCommandLine = merge(
  sizeFlags,
  placeFlags,
  serverFlags,
  modelFlags,
  outputFlags,
);

/** What the parser gives. */
export type SimulateFlags = InferValue<typeof simulateCommandLine>;
