/**
 * Reads the result of a run that `--json` has printed. It may come from anybody, so everything is
 * checked.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { SIDES } from "../case.ts";
import { type CaseResult, type RunResult, type Status, summarize } from "../result.ts";
import type { TranscriptLine } from "../transcript.ts";

const STATUSES: readonly string[] = ["passed", "failed", "known", "skipped"] satisfies Status[];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a result.
 *
 * @param text What was printed; its last line that is an object counts.
 * @param name Where it comes from, for errors.
 * @returns The result; its counts are made anew.
 * @throws {UsageError} When there is none in it.
 */
export function parseRunResult(text: string, name: string): RunResult {
  const line = text.trimEnd().split("\n").findLast((candidate) => candidate.startsWith("{"));
  const fields = line === undefined ? undefined : parseObject(line);
  const results = fields?.["results"];
  if (fields === undefined || !Array.isArray(results)) {
    throw new UsageError(`Cannot merge ${name}: it is no output of --json`);
  }
  const leftovers = Array.isArray(fields["leftovers"]) ? fields["leftovers"].map(String) : [];
  const implementation = textOf(fields, "implementation") || name;
  const read = results.filter(isObject).map((result) => caseResult(result, name));
  return summarize(implementation, read, Number(fields["seconds"]) || 0, leftovers);
}

function parseObject(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function caseResult(fields: Fields, name: string): CaseResult {
  const status = textOf(fields, "status");
  if (!STATUSES.includes(status)) {
    throw new UsageError(`Cannot merge ${name}: unknown status ${JSON.stringify(status)}`);
  }
  const against = textOf(fields, "against");
  const stanzas = Array.isArray(fields["stanzas"]) ? fields["stanzas"].filter(isObject) : [];
  return {
    id: textOf(fields, "id"),
    against: SIDES.find((side) => side === against) ?? "manager",
    level: fields["level"] === "SHOULD" ? "SHOULD" : "MUST",
    status: status as Status,
    message: textOf(fields, "message"),
    rule: textOf(fields, "rule"),
    source: textOf(fields, "source"),
    durationMs: Number(fields["durationMs"]) || 0,
    stanzas: stanzas.map(transcriptLine),
  };
}

function transcriptLine(fields: Fields): TranscriptLine {
  return {
    t: Number(fields["t"]) || 0,
    conn: textOf(fields, "conn"),
    dir: fields["dir"] === "c2s" ? "c2s" : "s2c",
    xml: textOf(fields, "xml"),
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}
