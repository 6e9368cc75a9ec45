// @ts-check
/**
 * A graph of the past in a card of its own, which says itself what is wrong with it.
 *
 * @module
 */
import { useData } from "../data.js";
import { html } from "../html.js";
import { to } from "../router.js";
import { Chart, PALETTE } from "./chart.js";
import { Empty, Missing } from "./state.js";

/** @typedef {import("../../graph_data.ts").GraphData} GraphData */

/** The original's modes, and what they show. */
export const MODES = /** @type {const} */ ([
  { id: "realtime", title: "Realtime", note: "last hour, by the minute" },
  { id: "hourly", title: "Hourly", note: "last day, by the hour" },
  { id: "daily", title: "Daily", note: "last week, by the day" },
  { id: "weekly", title: "Weekly", note: "last month, by the week" },
]);

const REFRESH_MS = 60_000;

/**
 * Buttons to choose how far back graphs look.
 *
 * @param {{ view: string, mode: string }} props
 */
export function ModeSwitch({ view, mode }) {
  const links = MODES.map(({ id, title, note }) =>
    html`
      <a key=${id} href=${to([view], { mode: id === "realtime" ? "" : id })} title=${note}
        aria-current=${id === mode ? "true" : null}>${title}</a>
    `
  );
  return html`<nav class="switch" aria-label="Time">${links}</nav>`;
}

/**
 * Each series as its share of all, in percent.
 *
 * @param {GraphData} data
 * @returns {GraphData["series"]}
 */
function sharesOf({ times, series }) {
  const sums = times.map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  return series.map(({ label, values }) => ({
    label,
    values: sums.map((sum, at) => sum > 0 ? 100 * (values[at] ?? 0) / sum : null),
  }));
}

/**
 * A graph.
 *
 * @param {{
 *   id: string, title: string, mode: string, unit?: string, kind?: "lines" | "area" | "shares",
 *   span?: number, colors?: Readonly<Record<string, string>>,
 *   format?: (value: number | null | undefined) => string, isBinary?: boolean,
 * }} props `colors`: of series by their labels; `shares`: of each moment's sum, in percent.
 */
export function Graph(
  { id, title, mode, unit = "", kind = "lines", span = 6, colors = {}, format, isBinary = false },
) {
  const address = `/api/graphs/${id}?mode=${mode}`;
  const { data, failure } = /** @type {import("../data.js").Loaded<GraphData>} */ (
    useData(address, { everyMs: REFRESH_MS })
  );
  const told = kind === "shares" ? data && sharesOf(data) : data?.series;
  const series = told?.map(({ label, values }, index) => ({
    label,
    values,
    color: colors[label] ?? PALETTE[index % PALETTE.length] ?? "--accent",
  }));
  const body = failure !== undefined
    ? html`<${Missing} health=${failure} />`
    : series === undefined || data === undefined
    ? html`<div class="chart-space"></div>`
    : series.length === 0
    ? html`<${Empty}>Nothing was reported in this time<//>`
    : html`
      <${Chart} times=${data.times} series=${series} kind=${kind} isBinary=${isBinary}
        ...${format ? { format } : {}} />
    `;
  return html`
    <section class="card span-${span}" data-graph=${id}>
      <div class="card-head"><h2>${title}</h2><span class="note">${unit}</span></div>
      ${body}
    </section>
  `;
}
