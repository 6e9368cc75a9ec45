/**
 * `copilot-trace`: records what components say to each other, shows it to people, and plays it again.
 *
 * @module
 */
import { merge, object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { choice, float, string } from "@optique/core/valueparser";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { bytes } from "../lib/cli/value_parsers.ts";
import { runMain, UsageError } from "../lib/cli.ts";
import { address } from "./trace/address.ts";
import { recordTrace } from "./trace/record.ts";
import type { LiveOptions } from "./trace/replay/live.ts";
import { parseStandIn } from "./trace/replay/stand_ins.ts";
import { replayTrace } from "./trace/replay.ts";
import { showTrace } from "./trace/show.ts";

const NAME = "copilot-trace";
/** Where the password of a live replay may stand instead of the command line. */
const PASSWORD_VARIABLE = "COPILOT_TRACE_PASSWORD";

const path = { metavar: "FILE" } as const;
const json = option("--json", { description: message`Print one object` });
const file = argument(string(path), { description: message`A trace; - for standard input` });

const keys = multiple(option("--key", string({ metavar: "JID=FILE" }), {
  description: message`Private key of a component, for traces of the original's secure mode`,
}));

const record = object({
  verb: constant("record"),
  listen: option("--listen", address(), {
    description: message`Where components connect to; port 0 takes a free one`,
  }),
  to: option("--to", address(), { description: message`The XMPP server` }),
  out: option("--out", string(path), { description: message`The trace to write` }),
  force: option("--force", { description: message`Replace the file where it exists` }),
  secrets: option("--secrets", {
    description: message`Write passwords and tickets down; without it they are masked`,
  }),
  maxBytes: optional(option("--max", bytes(), {
    description: message`Record no more than that; connections are passed on all the same`,
  })),
  json,
});

const show = object({
  verb: constant("show"),
  file,
  full: option("--full", { description: message`All values, presence and requests, too` }),
  commands: multiple(option("--command", string({ metavar: "NAME" }), {
    description: message`Only this command; may be repeated`,
  })),
  job: optional(option("--job", string({ metavar: "ID" }), {
    description: message`Only what is about this job; the beginning of its id is enough`,
  })),
  peer: optional(option("--peer", string({ metavar: "NAME" }), {
    description: message`Only what this component says or is told; a part of its JID is enough`,
  })),
  keys,
  svg: optional(option("--svg", string(path), { description: message`Write a picture` })),
  html: optional(option("--html", string(path), { description: message`Write a page` })),
  json,
});

const replay = merge(
  object({
    verb: constant("replay"),
    file,
    side: option(
      "--side",
      choice(["agent", "manager", "monitor", "heartbeat"], { metavar: "SIDE" }),
      {
        description: message`The side that is played; its peer is a role of ours in memory`,
      },
    ),
    keys,
    all: option("--all", { description: message`All differences, not only the first` }),
    verbose: option("--verbose", { description: message`Tell each step` }),
    json,
  }),
  object({
    server: optional(option("--server", address(), {
      description: message`Play against a live peer on this XMPP server`,
    })),
    peers: multiple(option("--peer", string({ metavar: "[THEN=]JID" }), {
      description: message`The live peer; where the trace has several, each for its JID there`,
    })),
    accounts: multiple(option("--account", string({ metavar: "[THEN=]JID" }), {
      description: message`Account as which the side is played; where it is several, one each`,
    })),
    passwords: multiple(option("--password", string(), {
      description:
        message`Its password, or one for each account in order; better in the environment: COPILOT_TRACE_PASSWORD`,
    })),
    publicKeys: optional(option("--public-keys", string(path), {
      description: message`Public keys of the live peers, for traces of the original's secure mode`,
    })),
    chirp: optional(option("--chirp-listen", string({ metavar: "HOST" }), {
      description: message`Address on which a live agent gets its files from the replay`,
    })),
    speed: withDefault(
      option("--speed", float({ min: 0.01, max: 1000 }), {
        description: message`Seconds of the trace that pass in one second`,
      }),
      1,
    ),
  }),
);

const parser = or(
  command("record", record, {
    description:
      message`Write down what components and an XMPP server say, as a proxy between them`,
  }),
  command("show", show, {
    description:
      message`Show a trace as a sequence diagram: in the terminal, as a picture, as a page`,
  }),
  command("replay", replay, {
    description: message`Play one side of a trace and tell the first difference`,
  }),
);

/** What is needed to reach a live peer: all of it, or nothing. */
function liveOptions(
  given: {
    readonly server: LiveOptions["server"] | undefined;
    readonly peers: readonly string[];
    readonly accounts: readonly string[];
    readonly passwords: readonly string[];
    readonly chirp: string | undefined;
    readonly speed: number;
  },
): LiveOptions | undefined {
  const { server, peers, accounts, passwords, chirp: chirpHostname, speed } = given;
  const common = passwords.length > 1 ? undefined : passwords[0] ?? Deno.env.get(PASSWORD_VARIABLE);
  if (server === undefined && peers.length === 0 && accounts.length === 0) return undefined;
  const logins = accounts.flatMap((account, index) => {
    const password = common ?? passwords[index];
    return password === undefined ? [] : [{ ...parseStandIn(account), password }];
  });
  if (server === undefined || peers.length === 0 || logins.length < Math.max(1, accounts.length)) {
    throw new UsageError(
      "Cannot play against a live peer: --server, --peer, --account and --password are needed together",
    );
  }
  return { server, peers: peers.map(parseStandIn), accounts: logins, chirpHostname, speed };
}

async function main(signal: AbortSignal): Promise<number> {
  const options = parseCommandLine(parser, {
    name: NAME,
    summary: "Records, shows and replays what components say to each other",
  });
  if (options.verb === "record") return await recordTrace(options, signal);
  if (options.verb === "show") return await showTrace(options);
  return await replayTrace({ ...options, live: liveOptions(options) }, signal);
}

if (import.meta.main) await runMain(main, { name: NAME });
