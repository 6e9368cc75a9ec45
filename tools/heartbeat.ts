/**
 * `copilot-heartbeat`: asks components who is there and how their machines are (report 4.5).
 *
 * @module
 */
import { merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { configFlags, parseCommandLine } from "../lib/cli/flags.ts";
import { seconds } from "../lib/cli/value_parsers.ts";
import {
  EXIT,
  print,
  printErrorLine,
  printJson,
  printLine,
  runMain,
  UnreachableError,
  UsageError,
} from "../lib/cli.ts";
import { sleep, systemClock } from "../lib/clock.ts";
import { chatRoomAddress, loadConfig, xmppAccount } from "../lib/config.ts";
import { openLog } from "../lib/log.ts";
import { accountLink } from "../lib/messaging/account_link.ts";
import { STATUS_COMPONENTS } from "../lib/messaging/heartbeat_status.ts";
import { answerObject, answerTable, silenceLines } from "./heartbeat/output.ts";
import type { Question, RoundResult } from "./heartbeat/round.ts";
import { HeartbeatSession } from "./heartbeat/session.ts";
import { parseTargets, type Target } from "./heartbeat/targets.ts";
import { HEARTBEAT_COMPONENT, heartbeatVariables } from "./heartbeat/variables.ts";

const QUESTIONS = ["list", ...STATUS_COMPONENTS] as const;

const parser = merge(
  object({
    question: withDefault(
      argument(choice(QUESTIONS, { metavar: "COMMAND" }), {
        description: message`Who is there, or what is asked of each`,
      }),
      "list" as const,
    ),
    targets: multiple(argument(string({ metavar: "JID" }), {
      description: message`Room nick, room JID or full JID; without any, everybody in the room`,
    })),
  }),
  object({
    timeout: withDefault(
      option("--timeout", seconds(), { description: message`Longest wait for answers` }),
      10,
    ),
    watch: optional(option("--watch", seconds(), {
      description: message`Ask again and again, with so long a rest between`,
    })),
    json: option("--json", { description: message`Print one object for each question` }),
    config: configFlags(heartbeatVariables),
  }),
);

/** What is done with each round. */
interface Report {
  readonly question: Question;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Prints a round; returns the exit code that it means. */
function report(result: RoundResult, { question, timeoutMs, json }: Report): number {
  if (json) printJson(answerObject(question, result));
  else {
    print(answerTable(question, result));
    const nobody = result.answers.length === 0 && result.silent.length === 0;
    if (nobody) printErrorLine("Nobody else is in the room");
    for (const line of silenceLines(result.silent, timeoutMs)) printErrorLine(line);
  }
  return result.silent.length === 0 ? EXIT.done : EXIT.failed;
}

/** Asks until interrupted, and returns what the last round meant; what is out of reach may come back. */
async function watch(
  session: HeartbeatSession,
  whom: readonly Target[] | "room",
  intervalMs: number,
  options: Report,
  signal: AbortSignal,
): Promise<number> {
  let code: number = EXIT.done;
  for (let round = 0; !signal.aborted; round++) {
    if (round > 0 && !options.json) printLine("");
    try {
      code = report(await session.ask(options.question, whom, signal), options);
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof UnreachableError)) throw error;
      printErrorLine(error.message);
      code = EXIT.unreachable;
    }
    // Interrupted while it rests: the end that was meant.
    await sleep(systemClock, intervalMs, { signal }).catch(() => {});
  }
  return code;
}

async function main(signal: AbortSignal): Promise<number> {
  const { question, targets, config: given, ...options } = parseCommandLine(parser, {
    name: HEARTBEAT_COMPONENT,
    summary: "Asks components who is there and how their machines are",
    variables: heartbeatVariables,
  });
  for (const flag of ["timeout", "watch"] as const) {
    const value = options[flag];
    if (value !== undefined && value < 1) throw new UsageError(`--${flag} is less than a second`);
  }
  const { config, warnings } = await loadConfig(heartbeatVariables, {
    component: HEARTBEAT_COMPONENT,
    directory: given.directory,
    flags: given.values,
  });
  using log = await openLog(config, { component: HEARTBEAT_COMPONENT, prefix: "HB" });
  for (const warning of warnings) log.logger.warning(warning);
  const room = chatRoomAddress(HEARTBEAT_COMPONENT, config)?.bare;
  const whom = parseTargets(targets, room);
  const needsRoom = whom === "room" || whom.some(({ nick }) => nick !== undefined);
  const timeoutMs = options.timeout * 1000;
  await using session = new HeartbeatSession({
    link: await accountLink(xmppAccount(HEARTBEAT_COMPONENT, "HB", config)),
    room: needsRoom ? room : undefined,
    timeoutMs,
    log: log.logger,
    envelope: config.envelope,
  });
  await session.open(signal);
  const how = { question, timeoutMs, json: options.json };
  if (options.watch !== undefined) {
    return await watch(session, whom, options.watch * 1000, how, signal);
  }
  return report(await session.ask(question, whom, signal), how);
}

if (import.meta.main) await runMain(main, { name: HEARTBEAT_COMPONENT });
