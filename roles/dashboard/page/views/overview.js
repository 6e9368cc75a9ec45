// @ts-check
/**
 * The front page: what needs attention, then the figures of now.
 *
 * @module
 */
import { ago, count, exitStatus, shortId, shortJid } from "../format.js";
import { html } from "../html.js";
import { useLive } from "../live.js";
import { Missing, State } from "../parts/state.js";
import { to } from "../router.js";

/** @typedef {import("../../overview.ts").QueueOverview} QueueOverview */

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

/** @param {{ queue: QueueOverview }} props */
function Figures({ queue }) {
  const { counts } = queue;
  const jobs = (/** @type {string} */ state) => to(["jobs"], { state });
  return html`
    <div class="figures">
      <${Figure} label="Waiting" state="waiting" value=${count(counts.waiting)}
        href=${jobs("waiting")} note=${counts.held > 0 ? `${count(counts.held)} held` : ""} />
      <${Figure} label="Running" state="running" value=${count(counts.running)}
        href=${jobs("running")}
        note=${counts.leased > 0 ? `${count(counts.leased)} being handed out` : ""} />
      <${Figure} label="Succeeded" state="succeeded" value=${count(counts.succeeded)}
        href=${jobs("succeeded")} />
      <${Figure} label="Failed" state="failed" value=${count(counts.failed)}
        href=${jobs("failed")} />
    </div>
  `;
}

/** @param {{ queue: QueueOverview }} props */
function Recent({ queue }) {
  const nowMs = Date.now();
  const rows = queue.recent.map((job) =>
    html`
      <tr key=${job.id}>
        <td><a class="mono" href=${to(["jobs", job.id])} title=${job.id}>${shortId(job.id)}</a></td>
        <td>
          <${State} state=${job.state} />
        </td>
        <td>${job.command}</td>
        <td class="soft" title=${job.agent}>${shortJid(job.agent)}</td>
        <td class="soft">${exitStatus(job.exitCode)}</td>
        <td class="soft number">${ago(job.changedMs, nowMs)}</td>
      </tr>
    `
  );
  return html`
    <section class="card span-12">
      <div class="card-head">
        <h2>Last changes</h2>
      </div>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th>Job</th>
              <th>State</th>
              <th>Command</th>
              <th>Agent</th>
              <th>Exit</th>
              <th class="number">Changed</th>
            </tr>
          </thead>
          <tbody>${rows}</tbody>
        </table>
      </div>
    </section>
  `;
}

/** The view. */
export function OverviewView() {
  const { overview } = useLive();
  if (overview === undefined) return html`<h1>Overview</h1>`;
  const { queue, sources } = overview;
  return html`
    <div class="head">
      <h1>Overview</h1>
    </div>
    ${queue === undefined
      ? html`
        <div class="card">
          <${Missing} health=${sources.queue} />
        </div>
      `
      : html`
        <${Figures} queue=${queue} />
        <div class="grid">
          <${Recent} queue=${queue} />
        </div>
      `}
  `;
}
