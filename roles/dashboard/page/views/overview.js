// @ts-check
/**
 * The front page: what needs attention, then the figures of now.
 *
 * @module
 */
import { count, duration } from "../format.js";
import { html } from "../html.js";
import { useLive } from "../live.js";
import { Attention } from "../parts/attention.js";
import { Chart } from "../parts/chart.js";
import { Durations, Failures } from "../parts/outcomes.js";
import { JobTable } from "../parts/job_table.js";
import { Empty, Missing } from "../parts/state.js";
import { to } from "../router.js";

/**
 * @typedef {import("../../overview.ts").Overview} Overview
 * @typedef {import("../../queue_overview.ts").QueueOverview} QueueOverview
 */

/**
 * One number, and where it leads.
 *
 * @param {{ label: string, value: string, href: string, state: string, note?: string }} props
 */
function Figure({ label, value, href, state, note = "" }) {
  return html`
    <a class="figure" href=${href}>
      <span class="label state-${state}"><span class="dot"></span>${label}</span>
      <span class="value">${value}</span>
      <p class="note">${note}</p>
    </a>
  `;
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {{ queue: QueueOverview, agents: number | undefined, isCounted: boolean }} props */
function Figures({ queue, agents, isCounted }) {
  const { counts, ended } = queue;
  const jobs = (/** @type {string} */ state) => to(["jobs"], { state });
  const handed = counts.leased > 0 ? `${count(counts.leased)} being handed out` : "on agents now";
  return html`
    <div class="figures">
      <${Figure} label="Waiting" state="waiting" value=${count(counts.waiting)}
        href=${jobs("waiting")} note=${counts.held > 0
          ? `${count(counts.held)} held`
          : "in the queue"} />
      <${Figure} label="Running" state="running" value=${count(counts.running)}
        href=${jobs("running")} note=${handed} />
      <${Figure} label="Succeeded" state="succeeded" value=${count(sum(ended.counts.succeeded))}
        href=${jobs("succeeded")} note="last hour, ${count(counts.succeeded)} in all" />
      <${Figure} label="Failed" state="failed" value=${count(sum(ended.counts.failed))}
        href=${jobs("failed")} note="last hour, ${count(counts.failed)} in all" />
      <${Figure} label="Agents" state="leased" value=${count(agents)}
        href=${to(["agents"])} note=${isCounted ? "connected now" : "not counted"} />
    </div>
  `;
}

/** @param {{ queue: QueueOverview }} props */
function Throughput({ queue }) {
  const { fromMs, stepMs, counts } = queue.ended;
  const times = counts.succeeded.map((_, step) => (fromMs + step * stepMs) / 1000);
  const series = [
    { label: "Cancelled", values: counts.cancelled, color: "--cancelled" },
    { label: "Failed", values: counts.failed, color: "--failed" },
    { label: "Succeeded", values: counts.succeeded, color: "--succeeded" },
  ].filter(({ label, values }) => label !== "Cancelled" || sum(values) > 0);
  return html`
    <section class="card span-8">
      <div class="card-head"><h2>Jobs ended</h2><span class="note">by the minute, last hour</span></div>
      ${series.every(({ values }) => sum(values) === 0)
        ? html`<${Empty}>No job has ended in the last hour<//>`
        : html`
          <${Chart} times=${times} series=${series} kind="stack" isWhole=${true}
            format=${count}
            height=${206} />
        `}
    </section>
  `;
}

/** @param {{ queue: QueueOverview }} props */
function Queue({ queue }) {
  const { durations } = queue;
  return html`
    <div class="grid">
      <${Throughput} queue=${queue} />
      <section class="card span-4">
        <div class="card-head">
          <h2>Time on an agent</h2>
          <span class="note">${durations === null
            ? ""
            : `last ${count(durations.jobs)} successes`}</span>
        </div>
        ${durations === null ? html`<${Empty}>No job has succeeded yet<//>` : html`
          <p class="headline"><b>${duration(durations.medianSeconds)}</b> median,${" "}
            <b>${duration(durations.p90Seconds)}</b> for nine of ten</p>
          <${Durations} durations=${durations} />
        `}
      </section>
      <section class="card span-5">
        <div class="card-head">
          <h2>Why jobs fail</h2><a class="text-link note" href=${to(["jobs"], {
            state: "failed",
          })}>All failed</a>
        </div>
        ${queue.failures.length === 0
          ? html`<${Empty}>No job has failed<//>`
          : html`<${Failures} failures=${queue.failures} />`}
      </section>
      <section class="card span-7">
        <div class="card-head"><h2>Last changes</h2><a class="text-link note" href=${to([
          "jobs",
        ])}>All jobs</a></div>
        ${queue.recent.length === 0
          ? html`<${Empty}>There are no jobs yet: deno task submit --command=FILE<//>`
          : html`<${JobTable} jobs=${queue.recent} isBrief=${true} />`}
      </section>
    </div>
  `;
}

/** The view. */
export function OverviewView() {
  const { overview } = useLive();
  if (overview === undefined) {
    return html`
      <div class="head">
        <h1>Overview</h1>
      </div>
    `;
  }
  const { queue, sources, attention, agentsConnected } = overview;
  return html`
    <div class="head">
      <h1>Overview</h1>
    </div>
    <${Attention} items=${attention} />
    ${queue === undefined
      ? html`
        <div class="card">
          <${Missing} health=${sources.queue} />
        </div>
      `
      : html`
        <${Figures} queue=${queue} agents=${agentsConnected}
          isCounted=${sources.mongodb.state === "ok"} />
        <${Queue} queue=${queue} />
      `}
  `;
}
