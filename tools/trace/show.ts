/**
 * `trace show`: a trace for people.
 *
 * @module
 */
import {
  checkReportFiles,
  EXIT,
  printErrorLine,
  printJson,
  printLine,
  wantsColours,
} from "../../lib/cli.ts";
import { escapeControls } from "../../lib/log.ts";
import { readKeyOptions } from "../protection/key_option.ts";
import { openTrace } from "./open_trace.ts";
import { readTraceFile } from "./trace_file.ts";
import { filterStory, type StoryFilter } from "./show/filter.ts";
import { writeHtml } from "./show/html.ts";
import { type Step, type Story, tellStory } from "./show/story.ts";
import { summaryOf } from "./show/summary.ts";
import { drawSvg } from "./show/svg.ts";
import { drawTerminal } from "./show/terminal.ts";

/** What `trace show` is told. */
export interface ShowOptions extends StoryFilter {
  readonly file: string;
  readonly full: boolean;
  readonly json: boolean;
  readonly svg: string | undefined;
  readonly html: string | undefined;
  /** Keys of managers and key managers, `JID=FILE`; a trace of the secure mode is decrypted with them. */
  readonly keys: readonly string[];
}

/** Columns where standard output is no terminal. */
const PLAIN_WIDTH = 160;

/**
 * Shows a trace.
 *
 * @param options See {@linkcode ShowOptions}.
 * @returns The exit code.
 * @throws {TraceFormatError} When the file is no trace.
 * @throws {UsageError} When a key cannot be read.
 */
export async function showTrace(options: ShowOptions): Promise<number> {
  const { file, full, json, svg, html } = options;
  const records = openTrace(await readTraceFile(file), await readKeyOptions(options.keys));
  const story = filterStory(tellStory(records, { full }), options);
  const title = file.slice(file.lastIndexOf("/") + 1);
  await checkReportFiles(svg, html);
  if (svg !== undefined) await Deno.writeTextFile(svg, drawSvg(story, { title }));
  if (html !== undefined) await Deno.writeTextFile(html, writeHtml(story, title));
  const written = [svg, html].filter((name) => name !== undefined);
  if (json) printJson(storyJson(story));
  else if (written.length === 0) showInTerminal(story, full);
  else printLine(`Wrote ${written.join(" and ")}`);
  return EXIT.done;
}

function showInTerminal(story: Story, full: boolean): void {
  if (story.steps.length === 0) return printErrorLine("There is nothing to show");
  for (const line of drawTerminal(story, { colours: wantsColours(), width: width(), full })) {
    printLine(line);
  }
  const facts = summaryOf(story).map(({ name, value }) => `${value} ${name}`);
  printLine("");
  printLine(escapeControls(facts.join(", ")));
}

function width(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : PLAIN_WIDTH;
}

/** The story as scripts want it. */
function storyJson({ components, steps, seconds }: Story) {
  return { seconds, components, steps: steps.map(stepJson) };
}

function stepJson(step: Step) {
  if (step.type === "note") return step;
  const { xml: _xml, values, ...rest } = step;
  return { ...rest, values: Object.fromEntries(values.map(({ name, value }) => [name, value])) };
}
