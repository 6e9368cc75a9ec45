/**
 * A matrix of implementations side by side, in one file that needs nothing else.
 *
 * @module
 */
import { escapeXml } from "../../../lib/protocol/xml.ts";
import { decodeValue } from "../../../lib/protocol/value.ts";
import type { CaseResult, RunResult, Status } from "../result.ts";
import { HTML_STYLE } from "./html_style.ts";

const SYMBOLS = { passed: "✔", failed: "✘", known: "≠", skipped: "–" } as const;
const WORDS = {
  passed: "passed",
  failed: "failed",
  known: "known difference",
  skipped: "skipped",
} as const;

/** The first is told first. */
const URGENT: readonly Status[] = ["failed", "known", "passed", "skipped"];

/** Longest name of a command that is shown beside its stanza. */
const LONGEST_NAME = 40;

/** What the rows of the matrix have in common, whichever run they come from. */
interface Row {
  readonly id: string;
  readonly first: CaseResult;
  /** One cell a run; `undefined` where it has no such case. */
  readonly cells: readonly (CaseResult | undefined)[];
}

/**
 * Writes the report.
 *
 * @param runs One column each.
 * @returns The page.
 */
export function htmlReport(runs: readonly RunResult[]): string {
  const topics = Map.groupBy(rowsOf(runs), ({ id }) => id.replace(/\/[^/]*$/, ""));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Co-Pilot conformance</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<h1>Co-Pilot conformance</h1>
<p class="legend"><span class="passed">✔ passed</span><span class="failed">✘ failed</span>
<span class="known">≠ known difference</span><span class="skipped">– skipped</span>
<label><input type="checkbox" id="odd"> only what did not pass</label></p>
<div class="matrix" style="--runs:${runs.length}">
<div class="row head"><span>Case</span><span>Rule</span>${runs.map(heading).join("")}</div>
${[...topics].map(([topic, rows]) => topicSection(topic, rows, runs)).join("\n")}
</div>
</body>
</html>
`;
}

function rowsOf(runs: readonly RunResult[]): Row[] {
  const byRun = runs.map(({ results }) => new Map(results.map((result) => [result.id, result])));
  const ids = new Map<string, CaseResult>();
  for (const { results } of runs) {
    for (const result of results) if (!ids.has(result.id)) ids.set(result.id, result);
  }
  return [...ids].map(([id, first]) => ({ id, first, cells: byRun.map((run) => run.get(id)) }));
}

function heading({ implementation, passed, failed, known, skipped, seconds }: RunResult): string {
  const counts = [
    `<b class="passed">${passed}</b>`,
    failed > 0 ? `<b class="failed">${failed}</b>` : "",
    known > 0 ? `<b class="known">${known}</b>` : "",
    skipped > 0 ? `<b class="skipped">${skipped}</b>` : "",
  ].filter((part) => part !== "").join(" ");
  // A JID may be broken before its domain, rather than anywhere.
  const name = escapeXml(implementation).replace("@", "<wbr>@");
  return `<span class="run">${name}<small>${counts} · ${seconds.toFixed(1)} s</small></span>`;
}

function topicSection(topic: string, rows: readonly Row[], runs: readonly RunResult[]): string {
  const cases = rows.map((row) => rowHtml(row, runs)).join("\n");
  return `<section class="topic"><h2>${escapeXml(topic)}</h2>\n${cases}</section>`;
}

function rowHtml({ id, first, cells }: Row, runs: readonly RunResult[]): string {
  const { rule, level, source } = first;
  const states = cells.map((cell) => cell?.status ?? "missing");
  const marks = cells.map((cell) =>
    cell === undefined
      ? `<span class="cell missing" title="not in this run"></span>`
      : `<span class="cell ${cell.status}" title="${WORDS[cell.status]}">${
        SYMBOLS[cell.status]
      }</span>`
  );
  // What broke the rule comes first: that is what a reader opens the case for.
  const details = cells
    .flatMap((cell, index) => cell === undefined ? [] : [{ cell, run: runs[index] }])
    .sort((one, other) => urgency(one.cell) - urgency(other.cell))
    .map(({ cell, run }) => cellDetails(cell, run?.implementation ?? ""));
  return `<details id="${escapeXml(id)}" class="case ${states.join(" ")}">
<summary class="row"><code>${escapeXml(id)}</code><span>${escapeXml(rule)}
<small>${level === "SHOULD" ? "SHOULD · " : ""}${escapeXml(source)}</small></span>${
    marks.join("")
  }</summary>
<div class="cells">${details.join("")}</div>
</details>`;
}

function urgency({ status }: CaseResult): number {
  return URGENT.indexOf(status);
}

/** What a stanza says, in a word: the name of its command, or that it acknowledges. */
function nameOf(xml: string): string {
  const command = /<info\s[^>]*?\bcommand='([^']*)'/.exec(xml)?.[1];
  if (command !== undefined) return decodeValue(command).slice(0, LONGEST_NAME);
  return /^<message\s[^>]*?\back='/.test(xml) ? "ack" : "";
}

function cellDetails(cell: CaseResult, implementation: string): string {
  const { status, message, stanzas } = cell;
  const lines = stanzas.map(({ t, conn, dir, xml }) => {
    const arrow = dir === "c2s" ? "→" : "←";
    const who = `${escapeXml(conn)} ${arrow} ${escapeXml(nameOf(xml))}`;
    const said = `<b>${who}</b><code>${escapeXml(xml)}</code>`;
    return `<li class="${dir}"><span>${t.toFixed(3)}</span>${said}</li>`;
  });
  return `<section><h3 class="${status}">${SYMBOLS[status]} ${escapeXml(implementation)}: ${
    WORDS[status]
  }</h3>
${message === "" ? "" : `<p>${escapeXml(message)}</p>`}
${
    lines.length === 0
      ? `<p class="skipped">Nothing was said.</p>`
      : `<ol>${lines.join("\n")}</ol>`
  }</section>`;
}
