// @ts-check
/// <reference lib="dom" />
/**
 * Charts over time, drawn by uPlot in the page's own colours.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { measure } from "../format.js";
import { html } from "../html.js";
import { useTheme } from "../theme.js";

/**
 * @typedef {{ label: string, values: readonly (number | null)[], color: string }} ChartSeries
 * @typedef {{
 *   times: readonly number[],
 *   series: readonly ChartSeries[],
 *   kind: "lines" | "area" | "stack" | "shares",
 *   height?: number,
 *   format?: (value: number | null | undefined) => string,
 *   isBinary?: boolean,
 *   isWhole?: boolean,
 * }} ChartProps `times` in seconds since the epoch; colours are names of CSS variables; `stack`: bars on
 * top of each other, `shares`: such bars that make a hundred; `isBinary`: steps of the axis are
 * powers of two; `isWhole`: they are whole numbers.
 */

/** Colours of series that have none of their own. */
export const PALETTE = Array.from({ length: 8 }, (_, index) => `--series-${index + 1}`);

/** Steps of an axis of counts: there is no half a job. */
const WHOLE_STEPS = Array.from(
  { length: 10 },
  (_, power) => [1, 2, 5].map((step) => step * 10 ** power),
)
  .flat();
const POWERS_OF_TWO = Array.from({ length: 40 }, (_, power) => 2 ** power);

/** @param {string} name */
function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Values of what is stacked: each series on top of those after it, so that the first drawn is the tallest.
 *
 * @param {readonly ChartSeries[]} series
 * @returns {(number | null)[][]}
 */
function stack(series) {
  /** @type {(number | null)[][]} */
  const columns = [];
  for (const { values } of series.toReversed()) {
    const below = columns[0];
    columns.unshift(values.map((value, at) => {
      const height = below?.[at] ?? null;
      return value === null ? height : value + (height ?? 0);
    }));
  }
  return columns;
}

/** @param {ChartProps["kind"]} kind */
function isStacked(kind) {
  return kind === "stack" || kind === "shares";
}

/**
 * @param {uPlot} plot
 * @param {number} index
 */
function hasOneValue(plot, index) {
  return [...plot.data[index] ?? []].filter((value) => value !== null).length === 1;
}

/**
 * @param {ChartSeries} series
 * @param {ChartProps["kind"]} kind
 * @returns {uPlot.Series}
 */
function seriesOptions({ label, color: name }, kind) {
  const stroke = color(name);
  if (isStacked(kind)) {
    const paths = uPlot.paths.bars?.({ size: [0.72, 14] });
    return { label, fill: stroke, width: 0, points: { show: false }, ...paths ? { paths } : {} };
  }
  return {
    label,
    stroke,
    width: 1.6,
    spanGaps: true,
    // Through a single value no line goes.
    points: { show: hasOneValue, size: 6, fill: stroke },
    ...kind === "area" ? { fill: `color-mix(in srgb, ${stroke} 14%, transparent)` } : {},
  };
}

/**
 * @param {ChartProps} props
 * @param {number} width
 * @param {(at: number | null) => void} onCursor
 * @returns {uPlot.Options}
 */
function chartOptions(props, width, onCursor) {
  const { times, series, kind, height = 190, format = measure, isBinary = false, isWhole = false } =
    props;
  const step = isStacked(kind) ? (times[1] ?? 0) - (times[0] ?? 0) : 0;
  const axis = {
    stroke: color("--text-faint"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: !isStacked(kind), size: 6 },
      drag: { x: false, y: false },
    },
    scales: {
      // A bar stands in the middle of its time: half of the first and last would be cut off.
      x: { range: (_, low, high) => [low - step / 2, high + step / 2] },
      y: {
        range: (_, low, high) =>
          kind === "shares" ? [0, 100] : [low < 0 ? low * 1.08 : 0, high > 0 ? high * 1.08 : 1],
      },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 70, values: timeLabels },
      {
        ...axis,
        size: (_, values) => 14 + 7 * Math.max(3, ...(values ?? []).map((text) => text.length)),
        space: 34,
        gap: 6,
        values: (_, values) => values.map(format),
        ...isBinary ? { incrs: POWERS_OF_TWO } : isWhole ? { incrs: WHOLE_STEPS } : {},
      },
    ],
    series: [{}, ...series.map((one) => seriesOptions(one, kind))],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

/**
 * Labels of the axis of time: hours of a day, else days.
 *
 * @param {uPlot} _
 * @param {number[]} seconds
 */
function timeLabels(_, seconds) {
  const span = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0);
  const style = span > 2 * 86_400
    ? /** @type {const} */ ({ day: "numeric", month: "short" })
    : /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  return seconds.map((second) => new Date(second * 1000).toLocaleString("en-GB", style));
}

/**
 * What the colours mean; under the pointer, the values of that moment.
 *
 * @param {{ props: ChartProps, at: number | null }} props
 */
function Legend({ props, at }) {
  const { series, times, format = measure } = props;
  const time = at === null ? undefined : times[at];
  const keys = series.map(({ label, color: name, values }, index) =>
    html`
      <li key=${index}>
        <span class="key" style=${{ background: `var(${name})` }}></span>${label}
        ${at === null ? "" : html`<b>${format(values[at])}</b>`}
      </li>
    `
  );
  const moment = time === undefined
    ? ""
    : new Date(time * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return html`<ul class="legend">${keys}<li class="moment">${moment}</li></ul>`;
}

/**
 * A chart with its legend.
 *
 * @param {ChartProps} props
 */
export function Chart(props) {
  const frame = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | undefined} */ (undefined));
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  const theme = useTheme();
  const { times, series, kind } = props;
  const columns = isStacked(kind) ? stack(series) : series.map(({ values }) => [...values]);
  const data = /** @type {uPlot.AlignedData} */ ([[...times], ...columns]);
  const shape = `${theme} ${kind} ${series.map(({ label }) => label).join("\n")}`;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const made = new uPlot(chartOptions(props, element.clientWidth, setAt), data, element);
    plot.current = made;
    const sizes = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: props.height ?? 190 });
    });
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [times, ...series.map(({ values }) => values)]);
  return html`
    <div class="chart">
      <div ref=${frame}></div>
      <${Legend} props=${props} at=${at} />
    </div>
  `;
}
