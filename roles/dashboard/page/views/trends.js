// @ts-check
/**
 * Trends: the graphs of the original's dashboard, over an hour to a month.
 *
 * @module
 */
import { duration, percent } from "../format.js";
import { html } from "../html.js";
import { Graph, ModeSwitch } from "../parts/graph.js";
import { useHere } from "../router.js";

/** A time on the axis of a chart. @param {number | null | undefined} value In minutes. */
function minutes(value) {
  if (value === null || value === undefined) return "–";
  return value === 0 ? "0" : duration(value * 60);
}

/** What the steps of a mode are called. */
const STEPS = /** @type {Readonly<Record<string, string>>} */ ({
  realtime: "a minute",
  hourly: "an hour",
  daily: "a day",
  weekly: "a week",
});

const OUTCOMES = { succeeded: "--succeeded", failed: "--failed" };

/** The view. */
export function TrendsView() {
  const mode = useHere().query.get("mode") ?? "realtime";
  const step = STEPS[mode] ?? "";
  return html`
    <div class="head">
      <h1>Trends</h1>
      <${ModeSwitch} view="trends" mode=${mode} />
    </div>
    <div class="grid">
      <${Graph} id="jobs" title="Job rates" unit="jobs ended ${step}" span=${7}
        kind="area"
        mode=${mode} colors=${{ ...OUTCOMES, ended: "--waiting" }} />
      <${Graph} id="outcomes" title="How jobs ended" unit="share" span=${5} kind="shares"
        mode=${mode} format=${percent} colors=${OUTCOMES} />
      <${Graph} id="queue" title="Job queues" unit="jobs waiting" kind="area" mode=${mode} />
      <${Graph} id="connected" title="Connected users" kind="area" mode=${mode} />
      <${Graph} id="errors" title="Errors" unit="errors ${step}" mode=${mode} />
      <${Graph} id="durations" title="Job duration" unit="average" mode=${mode}
        format=${minutes}
        colors=${OUTCOMES} />
    </div>
  `;
}
