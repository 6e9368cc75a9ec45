/**
 * The page of a load test: one file with everything in it, readable without network, in light and in dark.
 *
 * @module
 */
import uPlotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uPlotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { type LoadResult, PHASES } from "../../../sim/load/mod.ts";
import { numberText, sizeText, timeText } from "../figures.ts";
import { metricText, PHASE_WORDS } from "../summary.ts";
import type { ThresholdResult } from "../threshold.ts";
import { columnsOf } from "./columns.ts";
import { type Html, html, raw } from "./html.ts";
import plotsScript from "./plots.js" with { type: "text" };
import style from "./style.css" with { type: "text" };

/** What a page is about. */
export interface PageSubject {
  readonly result: LoadResult;
  readonly thresholds: readonly ThresholdResult[];
  /** The command that ran the test, as typed. */
  readonly command: string;
  /** When it began, in words. */
  readonly startedAt: string;
}

/** Nothing may be fetched, whatever the page holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
  "img-src data:";

/**
 * Writes the page.
 *
 * @param subject See {@linkcode PageSubject}.
 * @returns Its HTML.
 */
export function loadPage(subject: PageSubject): string {
  const { result, thresholds } = subject;
  return `<!doctype html>
${
    html`
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta http-equiv="Content-Security-Policy" content="${POLICY}">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>Load test: ${numberText(result.agents)} agents, ${numberText(
            result.jobsPerSecond,
          )} jobs/s</title>
          <style>${raw(uPlotStyle)}</style>
          <style>${raw(style)}</style>
        </head>
        <body>
          <main>
      ${heading(subject)}
      ${tiles(result)}
      ${thresholds.length === 0 ? "" : thresholdList(thresholds)}
      ${plots(result)}
      ${latencyTable(result)}
      ${details(result)}
          </main>
          <script type="application/json" id="data">${raw(dataOf(result))}</script>
          <script>${raw(uPlotScript)}</script>
          <script>${raw(plotsScript)}</script>
        </body>
      </html>
    `.text
  }`;
}

function isGood({ result, thresholds }: PageSubject): boolean {
  return result.violations.length === 0 && thresholds.every(({ ok }) => ok);
}

function heading(subject: PageSubject): Html {
  const { result, command, startedAt } = subject;
  const [word, kind] = isGood(subject) ? ["passed", "good"] : ["failed", "bad"];
  return html`<header>
<p class="eyebrow">Co-Pilot load test</p>
<h1>${numberText(result.agents)} agents, ${numberText(result.jobs)} jobs
<span class="badge ${kind}">${word}</span></h1>
<p class="when">${startedAt}, ${timeOf(result)}</p>
<pre class="command"><code>${command}</code></pre>
${
    result.violations.map(({ invariant, detail }) =>
      html`<p class="violation"><strong>${invariant}</strong> ${detail}</p>`
    )
  }
</header>`;
}

function timeOf({ seconds, virtualSeconds, eventHash, seed }: LoadResult): string {
  return eventHash === null
    ? `${timeText(seconds * 1000)} in real time`
    : `${timeText(virtualSeconds * 1000)} of virtual time in ${timeText(seconds * 1000)}, seed ` +
      `${seed}, event hash ${eventHash}`;
}

function tiles(result: LoadResult): Html {
  const { succeeded, failed, lost, duplicated, requeued, latencies, jobsPerSecond } = result;
  const wrong = lost + duplicated;
  const tile = (name: string, value: string, note: string, kind = "") =>
    html`
      <div class="tile ${kind}">
        <dt>${name}</dt>
        <dd>${value}</dd>
        <p>${note}</p>
      </div>
    `;
  return html`<dl class="tiles">
${tile("Throughput", `${numberText(jobsPerSecond)}/s`, "jobs ended")}
${tile("Lease p99", timeText(latencies.lease.p99), `half within ${timeText(latencies.lease.p50)}`)}
${tile("Jobs ended", numberText(succeeded + failed), `${numberText(failed)} of them failed`)}
${
    tile(
      "Lost or twice",
      numberText(wrong),
      wrong === 0 ? "each ended exactly once" : "must never be",
      wrong === 0 ? "good" : "bad",
    )
  }
${tile("Taken back", numberText(requeued), "leases of silent agents")}
${tile("Memory", sizeText(result.rssBytes), "all processes, at most")}
</dl>`;
}

function thresholdList(thresholds: readonly ThresholdResult[]): Html {
  const item = ({ threshold, metric, value, ok }: ThresholdResult) =>
    html`<li class="${ok ? "good" : "bad"}"><span class="mark">${ok ? "✓" : "✗"}</span>
<code>${threshold}</code><span class="value">${metricText(metric, value)}</span></li>`;
  return html`
    <section>
      <h2>Thresholds</h2>
      <ul class="thresholds">${thresholds.map(item)}</ul>
    </section>
  `;
}

function plots({ series, eventHash }: LoadResult): Html {
  if (series.length < 2) {
    return html`<p class="note">The test was too short for plots over time.</p>`;
  }
  const figure = (id: string, title: string, note: string, extra: Html | string = "") =>
    html`
      <figure>
        <figcaption><h3>${title}</h3><p>${note}</p>${extra}</figcaption>
        <div class="plot" id="${id}"></div>
      </figure>
    `;
  const tabs = html`<div class="tabs" role="tablist" aria-label="Phase">${
    PHASES.map((phase) =>
      html`
        <button role="tab" data-phase="${phase}" aria-selected="${phase === "lease"
          ? "true"
          : "false"}"
          title="${PHASE_WORDS[phase]}">${phase}</button>
      `
    )
  }</div>`;
  const strikes = eventHash === null ? "agents that died" : "faults that struck";
  return html`
    <section class="plots">
      <h2>Over time</h2>
      <noscript><p class="note">The plots need JavaScript; all sums are in the tables below.</p></noscript>
      <div class="grid">
    ${figure("throughput", "Throughput", eventHash === null ? "jobs a second" : "jobs an hour")}
    ${figure("latency", "Times", "percentiles of what agents saw in each interval", tabs)}
    ${figure("queue", "Queue and states", "jobs that wait, and those at work")}
    ${figure("agents", "Agents", "online")}
    ${figure("faults", "Faults", `${strikes}, leases taken back; in all`)}
    ${figure("machine", "Machine", eventHash === null ? "cores in use, and memory" : "memory")}
      </div>
    </section>
  `;
}

function latencyTable({ latencies }: LoadResult): Html {
  const keys = ["mean", "p50", "p90", "p95", "p99", "max"] as const;
  const row = (phase: typeof PHASES[number]) =>
    html`<tr><th scope="row">${phase}<small>${PHASE_WORDS[phase]}</small></th>
<td>${numberText(latencies[phase].count)}</td>${
      keys.map((key) => html`<td>${timeText(latencies[phase][key])}</td>`)
    }</tr>`;
  return html`
    <section>
      <h2>Times of all phases</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr><th scope="col">Phase</th><th scope="col">Count</th>${keys.map((key) =>
              html`<th scope="col">${key}</th>`
            )}</tr>
          </thead>
          <tbody>${PHASES.map(row)}</tbody>
        </table>
      </div>
    </section>
  `;
}

function details(result: LoadResult): Html {
  const cpu = Object.entries(result.cpuSeconds)
    .map(([kind, used]) => `${kind} ${numberText(used)} s`).join(", ");
  const rows: readonly (readonly [string, string])[] = [
    ["Succeeded", numberText(result.succeeded)],
    ["Failed", numberText(result.failed)],
    ["Unfinished at the end", numberText(result.unfinished)],
    ["Run twice", numberText(result.reexecuted)],
    ["Effects rolled back", numberText(result.rolledBack)],
    [
      "Stanzas",
      `${numberText(result.stanzas)}, ${numberText(Math.round(result.stanzas / result.seconds))}/s`,
    ],
    ["CPU time", cpu],
    ["Seed", `${result.seed}`],
    ...result.problem === null ? [] : [["Last error", result.problem] as const],
  ];
  return html`
    <section>
      <h2>More figures</h2>
      <div class="scroll">
        <table class="details">
          <tbody>${rows.map(([name, value]) =>
            html`
              <tr>
                <th scope="row">${name}</th>
                <td>${value}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    </section>
  `;
}

/** JSON that no text in it can end early. */
function dataOf(result: LoadResult): string {
  return JSON.stringify(columnsOf(result)).replaceAll("<", "\\u003c");
}
