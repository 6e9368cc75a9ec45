// @ts-check
/**
 * One agent: what it has contributed, its connections, its jobs.
 *
 * @module
 */
import { useEffect } from "preact/hooks";
import { useData } from "../data.js";
import { count, duration, moment } from "../format.js";
import { html } from "../html.js";
import { Chart } from "../parts/chart.js";
import { JobTable } from "../parts/job_table.js";
import { Empty, Missing } from "../parts/state.js";
import { go, to, useHere } from "../router.js";

/**
 * @typedef {import("../../sources/connections.ts").AgentConnection} Connection
 * @typedef {import("../../contributions.ts").Contributions} Contributions
 * @typedef {{
 *   agent: string, connections: Connection[], contributions: Contributions,
 *   totals: { succeeded: number, failed: number, contributedSeconds: number },
 *   jobs: import("../../job_line.ts").JobLine[],
 * }} AgentFacts
 */

const REFRESH_MS = 15_000;
const DAY_SECONDS = 86_400;
const DAYS = 7;

/** @param {{ contributions: Contributions }} props */
function Contribution({ contributions }) {
  const today = Math.floor(Date.now() / 1000 / DAY_SECONDS) * DAY_SECONDS;
  const times = Array.from({ length: DAYS }, (_, day) => today - (DAYS - 1 - day) * DAY_SECONDS);
  const column = (/** @type {Contributions["succeeded"]} */ days) => {
    const values = new Map(days.map(([dayMs, value]) => [dayMs / 1000, value]));
    return times.map((at) => values.get(at) ?? 0);
  };
  const series = [
    { label: "Failed", values: column(contributions.failed), color: "--failed" },
    { label: "Succeeded", values: column(contributions.succeeded), color: "--succeeded" },
  ];
  return html`
    <${Chart} times=${times} series=${series} kind="stack" format=${count}
      height=${170} />
  `;
}

/** @param {{ connections: readonly Connection[] }} props */
function History({ connections }) {
  const rows = connections.map((one) =>
    html`
      <tr key=${one.id}>
        <td>${moment(one.createdMs)}</td>
        <td><span class="badge state-${one.isConnected ? "succeeded" : "cancelled"}">
          <span class="dot"></span>${one.isConnected
            ? "connected"
            : `gone, heard of for ${duration((one.updatedMs - one.createdMs) / 1000)}`}</span></td>
        <td class="soft">${one.host}</td>
        <td class="number">${count(one.succeeded)}</td>
        <td class="number">${count(one.failed)}</td>
        <td class="number soft">${one.contributedSeconds === 0
          ? "–"
          : duration(one.contributedSeconds)}</td>
      </tr>
    `
  );
  return html`
    <div class="table-frame" role="region" aria-label="Connections" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Came</th>
            <th>State</th>
            <th>Site</th>
            <th class="number">Succeeded</th>
            <th class="number">Failed</th>
            <th class="number">Contributed</th>
          </tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>
  `;
}

/** @param {{ label: string, value: string }} props */
function Total({ label, value }) {
  return html`
    <div
      class="figure"><span class="label">${label}</span><span class="value">${value}</span></div>
  `;
}

/** @param {{ facts: AgentFacts }} props */
function Facts({ facts }) {
  const { connections, totals, contributions, jobs } = facts;
  return html`
    <div class="figures">
      <${Total} label="Jobs succeeded" value=${count(totals.succeeded)} />
      <${Total} label="Jobs failed" value=${count(totals.failed)} />
      <${Total} label="Time contributed" value=${totals.contributedSeconds === 0
        ? "–"
        : duration(totals.contributedSeconds)} />
      <${Total} label="Connections" value=${count(connections.length)} />
    </div>
    <div class="grid">
      <section class="card span-5">
        <div
          class="card-head"><h2>Contribution</h2><span class="note">jobs by the day, last week</span></div>
        <${Contribution} contributions=${contributions} />
      </section>
      <section class="card span-7">
        <div class="card-head">
          <h2>Connections</h2>
        </div>
        <${History} connections=${connections} />
      </section>
      <section class="card span-12">
        <div class="card-head"><h2>Jobs of this agent</h2></div>
        ${jobs.length === 0
          ? html`<${Empty}>The queue knows none<//>`
          : html`<${JobTable} jobs=${jobs} />`}
      </section>
    </div>
  `;
}

/** The view. */
export function AgentView() {
  const { parts } = useHere();
  const agent = parts[1] ?? "";
  const { data, failure } = /** @type {import("../data.js").Loaded<AgentFacts>} */ (
    useData(`/api/agents/${encodeURIComponent(agent)}`, { everyMs: REFRESH_MS })
  );
  const latest = data?.connections[0];
  return html`
    <div class="head">
      <div class="title">
      <p class="note"><a class="text-link" href=${to(["agents"])}>Agents</a></p>
      <h1 class="break">${agent}</h1>
      ${latest === undefined
        ? ""
        : html`<p class="mono soft break">${latest.user}@${latest.host}</p>`}
      </div>
    </div>
    ${failure !== undefined
      ? html`
        <div class="card">
          <${Missing} health=${failure} />
        </div>
      `
      : data === undefined
      ? ""
      : html`<${Facts} facts=${data} />`}
  `;
}

/** A connection's own address leads to its agent. */
export function ConnectionView() {
  const { parts } = useHere();
  const { data, failure } = /** @type {import("../data.js").Loaded<any>} */ (
    useData(`/api/connections/${encodeURIComponent(parts[1] ?? "")}`)
  );
  const agent = data?.agent_data?.id;
  useEffect(() => {
    if (agent !== undefined) go(to(["agents", `${agent}`]), { replace: true });
  }, [agent]);
  return html`
    <div class="head">
      <h1>Agent</h1>
    </div>
    ${failure === undefined ? "" : html`
      <div class="card">
        <${Missing} health=${failure} />
      </div>
    `}
  `;
}
