// @ts-check
/**
 * Jobs as a table.
 *
 * @module
 */
import { ago, exitStatus, shortId, shortJid } from "../format.js";
import { html } from "../html.js";
import { to } from "../router.js";
import { State } from "./state.js";

/** @typedef {import("../../job_line.ts").JobLine} JobLine */

/** @param {{ job: JobLine, nowMs: number, isBrief: boolean }} props */
function Row({ job, nowMs, isBrief }) {
  const exit = exitStatus(job.exitCode);
  const outcome = job.state === "failed" || job.state === "held" || job.state === "waiting"
    ? job.reason || (exit === "0" ? "" : exit)
    : exit === "0"
    ? ""
    : exit;
  return html`
    <tr>
      <td><a class="mono row-link" href=${to(["jobs", job.id])} title=${job.id}>${shortId(
        job.id,
      )}</a></td>
      <td><${State} state=${job.state} /></td>
      <td title=${job.command}>${job.command}</td>
      ${isBrief ? "" : html`<td class="soft" title=${job.agent}>${shortJid(job.agent)}</td>`}
      ${isBrief ? "" : html`<td class="soft number">${job.attempts[0]}/${job.attempts[1]}</td>`}
      <td class="soft" title=${job.reason}>${outcome}</td>
      <td class="soft number">${ago(job.changedMs, nowMs)}</td>
    </tr>
  `;
}

/**
 * A table of jobs.
 *
 * @param {{ jobs: readonly JobLine[], isBrief?: boolean }} props `isBrief`: without agents and attempts.
 */
export function JobTable({ jobs, isBrief = false }) {
  const nowMs = Date.now();
  const rows = jobs.map((job) =>
    html`<${Row} key=${job.id} job=${job} nowMs=${nowMs} isBrief=${isBrief} />`
  );
  return html`
    <div class="table-frame">
      <table>
        <thead>
          <tr>
            <th>Job</th><th>State</th><th>Command</th>
            ${isBrief ? "" : html`<th>Agent</th>`}
            ${isBrief ? "" : html`<th class="number">Tries</th>`}
            <th>Outcome</th><th class="number">Changed</th>
          </tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>
  `;
}
