// @ts-check
/**
 * How long jobs took, and why they failed, as bars.
 *
 * @module
 */
import { ago, count, duration } from "../format.js";
import { html } from "../html.js";
import { to } from "../router.js";

/**
 * @param {{ share: number, color: string }} props `share` from 0 to 1.
 */
export function Meter({ share, color }) {
  return html`
    <span class="meter"><span style=${{
      width: `${Math.max(0, Math.min(1, share)) * 100}%`,
      background: `var(${color})`,
    }}></span></span>
  `;
}

/**
 * Classes of durations.
 *
 * @param {{ durations: import("../../queue_overview.ts").Durations }} props
 */
export function Durations({ durations }) {
  const { classes } = durations;
  const most = Math.max(...classes.map(({ jobs }) => jobs));
  const first = classes.findIndex(({ jobs }) => jobs > 0);
  const last = classes.findLastIndex(({ jobs }) => jobs > 0);
  const rows = classes.slice(Math.max(0, first - 1), last + 2).map(({ upToSeconds, jobs }) =>
    html`
      <li key=${upToSeconds}>
        <span class="soft">${upToSeconds > 1e9 ? "more" : `≤ ${duration(upToSeconds)}`}</span>
        <${Meter} share=${jobs / most} color="--accent" />
        <span class="number">${count(jobs)}</span>
      </li>
    `
  );
  return html`<ul class="bars classes">${rows}</ul>`;
}

/**
 * Reasons of failures.
 *
 * @param {{ failures: readonly import("../../queue_overview.ts").FailureGroup[] }} props
 */
export function Failures({ failures }) {
  const nowMs = Date.now();
  const most = Math.max(...failures.map((group) => group.count));
  const rows = failures.map((group) =>
    html`
      <li key=${group.reason}>
        <a href=${to(["jobs", group.id])} title="The latest: ${group.id}">
          <span class="reason">${group.reason}</span>
          <span class="soft">${ago(group.lastMs, nowMs)}</span>
        </a>
        <${Meter} share=${group.count / most} color="--failed" />
        <span class="number">${count(group.count)}</span>
      </li>
    `
  );
  return html`<ul class="bars reasons">${rows}</ul>`;
}
