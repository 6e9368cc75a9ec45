/**
 * Results as JUnit XML, for continuous integration.
 *
 * @module
 */
import { escapeXml } from "../../../lib/protocol/xml.ts";
import type { CaseResult, RunResult } from "../result.ts";

/** Characters that XML 1.0 cannot hold, escaped or not. */
// deno-lint-ignore no-control-regex -- control characters are exactly what must go
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu;

/**
 * Writes the report.
 *
 * @param run The run.
 * @returns The document.
 */
export function junitReport(run: RunResult): string {
  const { implementation, cases, failed, known, skipped, seconds, results } = run;
  const attributes = [
    `name="${escape(`Co-Pilot conformance: ${implementation}`)}"`,
    `tests="${cases}" failures="${failed}" errors="0" skipped="${skipped + known}"`,
    `time="${seconds.toFixed(3)}"`,
  ].join(" ");
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites ${attributes}>`,
    `<testsuite ${attributes}>`,
    ...results.map(testCase),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(result: CaseResult): string {
  const { id, rule, source, level, durationMs, status, message } = result;
  const topic = id.replace(/\/[^/]*$/, "").replaceAll("/", ".");
  const name = escape(`${id}: ${rule}`);
  const seconds = (durationMs / 1000).toFixed(3);
  const open = `<testcase classname="${escape(topic)}" name="${name}" time="${seconds}"`;
  if (status === "passed") return `${open}/>`;
  const text = escape(message);
  if (status !== "failed") return `${open}><skipped message="${text}"/></testcase>`;
  const detail = escape(`${level} (${source}): ${rule}\n${message}\n${stanzasOf(result)}`);
  return `${open}><failure message="${text}" type="${level}">${detail}</failure></testcase>`;
}

function stanzasOf({ stanzas }: CaseResult): string {
  return stanzas.map(({ t, conn, dir, xml }) =>
    `${t.toFixed(3)} ${conn} ${dir === "c2s" ? ">" : "<"} ${xml}`
  ).join("\n");
}

function escape(text: string): string {
  return escapeXml(text.toWellFormed().replace(NOT_XML, "\ufffd"));
}
