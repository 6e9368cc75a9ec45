// @ts-check
/**
 * Trends: the graphs of the original's dashboard, over an hour to a month.
 *
 * @module
 */
import { html } from "../html.js";
import { measure } from "../format.js";
import { Graph, ModeSwitch } from "../parts/graph.js";
import { useHere } from "../router.js";

/** Minutes on the axis of a chart. @param {number | null | undefined} value */
function minutes(value) {
  return value === null || value === undefined ? "–" : `${measure(value)} min`;
}

/** The view. */
export function TrendsView() {
  const mode = useHere().query.get("mode") ?? "realtime";
  return html`
    <div class="head">
      <h1>Trends</h1>
      <${ModeSwitch} view="trends" mode=${mode} />
    </div>
    <div class="grid">
      <${Graph} id="jobs" title="Job rates" unit="jobs ended" span=${12} kind="area"
        mode=${mode}
        colors=${{ ended: "--waiting", succeeded: "--succeeded" }} />
      <${Graph} id="queue" title="Job queues" unit="jobs waiting" kind="area" mode=${mode} />
      <${Graph} id="connected" title="Connected users" kind="area" mode=${mode} />
      <${Graph} id="errors" title="Errors" mode=${mode} />
      <${Graph} id="durations" title="Job duration" unit="average" mode=${mode}
        format=${minutes}
        colors=${{ succeeded: "--succeeded", failed: "--failed" }} />
    </div>
  `;
}
