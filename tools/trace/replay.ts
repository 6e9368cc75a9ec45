/**
 * `trace replay`: one side of a trace, played against a live peer or against a role of ours.
 *
 * @module
 */
import { EXIT, paint, printErrorLine, printJson, printLine, UsageError } from "../../lib/cli.ts";
import { summarizeStanza } from "../../lib/trace/mod.ts";
import { parseKeyFile } from "../../lib/secure/key_file.ts";
import { readKeyOptions, readKeys } from "../protection/key_option.ts";
import type { TraceKeys } from "./open_trace.ts";
import { differenceText } from "./replay/difference.ts";
import { replayInMemory } from "./replay/in_memory.ts";
import { type LiveOptions, replayLive } from "./replay/live.ts";
import type { PlayOptions, PlayResult } from "./replay/play.ts";
import type { Side } from "./replay/side.ts";
import { readTraceFile } from "./trace_file.ts";

/** What `trace replay` is told. */
export interface ReplayOptions {
  readonly file: string;
  readonly side: Side;
  /** The live peer; `undefined` for a role of ours in memory. */
  readonly live: LiveOptions | undefined;
  /** Keys of managers and key managers, `JID=FILE`. Default: none. */
  readonly keys: readonly string[];
  /** File with the public keys of the live peers, for traces of the original's secure mode. Default: none. */
  readonly publicKeys: string | undefined;
  /** True: all differences, not only the first. */
  readonly all: boolean;
  /** True: tell each step. */
  readonly verbose: boolean;
  readonly json: boolean;
}

/** A request of the original's secure mode. */
const ENCRYPTED = /<body\s[^>]*\bsession_key=/;

/**
 * Replays.
 *
 * @param options See {@linkcode ReplayOptions}.
 * @param signal Ends the replay early.
 * @returns The exit code: 0 without a difference, else 1.
 * @throws {UsageError} When the trace has nobody who stands opposite.
 */
export async function replayTrace(options: ReplayOptions, signal: AbortSignal): Promise<number> {
  const { file, side, live, all, verbose, json } = options;
  const records = await readTraceFile(file);
  const keys = await readKeyOptions(options.keys);
  const isSecure = keys.size > 0;
  if (!isSecure && records.some(({ xml }) => ENCRYPTED.test(xml))) {
    throw new UsageError(`Cannot read ${file}: it is in secure mode; --key JID=FILE is missing`);
  }
  const onStep: PlayOptions["onStep"] = verbose
    ? (what, line, stanza) => printErrorLine(stepText(what, line, summarizeStanza(stanza)))
    : undefined;
  const how = { stopAtFirst: !all, onStep };
  const result = live === undefined
    ? await replayInMemory(records, side, { ...how, signal, ...isSecure ? { keys } : {} })
    : await replayLive(records, side, await withKeys(live, options, keys), how, signal);
  if (json) printJson({ file, side, ...result });
  else report(result, file, side);
  return result.differences.length === 0 ? EXIT.done : EXIT.failed;
}

/** A live replay in secure mode needs the keys of now, too. */
async function withKeys(
  live: LiveOptions,
  { publicKeys: file }: ReplayOptions,
  privateKeys: TraceKeys,
): Promise<LiveOptions> {
  if (privateKeys.size === 0) return live;
  const entries = file === undefined ? [] : await readKeys(file, parseKeyFile);
  const publicKeys = new Map(entries.map(({ jid, key }) => [jid, key]));
  return { ...live, secure: { privateKeys, publicKeys } };
}

function stepText(what: "said" | "heard", line: number, summary: string): string {
  return `${String(line).padStart(5)} ${what === "said" ? "→" : "←"} ${summary}`;
}

function report({ differences, said, heard }: PlayResult, file: string, side: Side): void {
  for (const difference of differences) {
    const [first = "", ...rest] = differenceText(difference, file).split("\n");
    printLine([paint(first, "red"), ...rest].join("\n"));
  }
  const counts = `${said} stanzas said as the ${side}, ${heard} came as expected`;
  if (differences.length === 0) printLine(`${paint("Same", "green")}: ${counts}`);
  else printLine(`${counts}, differences: ${differences.length}`);
}
