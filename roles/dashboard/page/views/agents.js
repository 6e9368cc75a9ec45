// @ts-check
/// <reference lib="dom" />
/**
 * Agents: on the map, and in a list.
 *
 * @module
 */
import { useRef, useState } from "preact/hooks";
import { useData } from "../data.js";
import { ago, count, duration } from "../format.js";
import { html } from "../html.js";
import { Icon } from "../parts/icon.js";
import { WorldMap } from "../parts/map.js";
import { Empty, Missing } from "../parts/state.js";
import { go, to, useHere } from "../router.js";

/** @typedef {import("../../sources/connections.ts").AgentConnection} Connection */
/** @typedef {{ connections: Connection[], total: number, hasMore: boolean }} AgentPage */

const REFRESH_MS = 10_000;
const PAGE_SIZE = 25;

/** @param {{ connection: Connection, nowMs: number }} props */
function Row({ connection, nowMs }) {
  const { agent, user, host, isConnected, cpus, succeeded, failed } = connection;
  return html`
    <tr>
      <td><a class="row-link" href=${to(["agents", agent])} title="${user}@${host}">${agent ||
        user}</a></td>
      <td><span class="badge state-${isConnected ? "succeeded" : "cancelled"}">
        <span class="dot"></span>${isConnected ? "connected" : "gone"}</span></td>
      <td class="soft" title=${host}>${host}</td>
      <td class="number soft">${cpus || "–"}</td>
      <td class="number">${count(succeeded)}</td>
      <td class="number">${count(failed)}</td>
      <td class="number soft">${connection.contributedSeconds === 0
        ? "–"
        : duration(connection.contributedSeconds)}</td>
      <td class="number soft">${ago(connection.updatedMs, nowMs)}</td>
    </tr>
  `;
}

/**
 * Connections as a table.
 *
 * @param {{ connections: readonly Connection[] }} props
 */
export function ConnectionTable({ connections }) {
  const nowMs = Date.now();
  const rows = connections.map((connection) =>
    html`<${Row} key=${connection.id} connection=${connection} nowMs=${nowMs} />`
  );
  return html`
    <div class="table-frame">
      <table>
        <thead>
          <tr>
            <th>Agent</th>
            <th>State</th>
            <th>Site</th>
            <th class="number">CPUs</th>
            <th class="number">Succeeded</th>
            <th class="number">Failed</th>
            <th class="number">Contributed</th>
            <th class="number">Heard of</th>
          </tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>
  `;
}

/** Agents of one dot of the map, which no enlargement parts. @param {{ cluster: number }} props */
function Members({ cluster }) {
  const { data, failure } = /** @type {import("../data.js").Loaded<AgentPage>} */ (
    useData(`/api/places/${cluster}`)
  );
  if (failure !== undefined) return html`<${Missing} health=${failure} />`;
  return html`<${ConnectionTable} connections=${data?.connections ?? []} />`;
}

/** @param {{ text: string, show: string }} props */
function Filter({ text, show }) {
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const search = (/** @type {InputEvent & { currentTarget: HTMLInputElement }} */ event) => {
    const q = event.currentTarget.value.trim();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go(to(["agents"], { show, q }), { replace: true }), 250);
  };
  const choices = [["", "Connected"], ["all", "All"]].map(([value, title]) =>
    html`
      <a key=${title} href=${to(["agents"], { show: value, q: text })}
        aria-current=${value === show ? "true" : null}>${title}</a>
    `
  );
  return html`
    <div class="tools">
      <label class="search"><${Icon} name="search" />
        <input type="search" placeholder="Agent or site" maxlength="200" aria-label="Search agents"
          defaultValue=${text} onInput=${search} /><kbd>/</kbd></label>
      <nav class="switch" aria-label="Which agents">${choices}</nav>
    </div>
  `;
}

/** @param {{ page: AgentPage, text: string, show: string, offset: number }} props */
function Results({ page, text, show, offset }) {
  const { connections, total, hasMore } = page;
  if (connections.length === 0) {
    return html`<${Empty}>${text === "" ? "No agent is connected" : "No agent matches"}<//>`;
  }
  const at = (/** @type {number} */ start) =>
    to(["agents"], { show, q: text, offset: start || "" });
  return html`
    <${ConnectionTable} connections=${connections} />
    <nav class="card-foot paging" aria-label="Pages">
      ${offset > 0
        ? html`<a class="button" href=${at(Math.max(0, offset - PAGE_SIZE))}>Before</a>`
        : ""}
      <span class="note">${count(offset + 1)} – ${count(offset + connections.length)} of ${count(
        total,
      )}</span>
      ${hasMore ? html`<a class="button" href=${at(offset + PAGE_SIZE)}>Next</a>` : ""}
    </nav>
  `;
}

/** The view. */
export function AgentsView() {
  const { query } = useHere();
  const [cluster, setCluster] = useState(0);
  const text = query.get("q") ?? "";
  const show = query.get("show") ?? "";
  const offset = Number(query.get("offset") ?? 0) || 0;
  const search = new URLSearchParams({ q: text, show, offset: `${offset}` });
  const { data, failure } = /** @type {import("../data.js").Loaded<AgentPage>} */ (
    useData(`/api/agents?${search}`, { everyMs: REFRESH_MS })
  );
  const body = failure !== undefined
    ? html`<${Missing} health=${failure} />`
    : data === undefined
    ? ""
    : html`<${Results} page=${data} text=${text} show=${show} offset=${offset} />`;
  return html`
    <div class="head">
      <h1>Agents</h1>
      <${Filter} text=${text} show=${show} />
    </div>
    <section class="card flush" aria-label="Map">
      <${WorldMap} onCluster=${setCluster} />
    </section>
    ${cluster === 0 ? "" : html`
      <section class="card">
        <div class="card-head"><h2>Agents in this place</h2>
          <button class="button" type="button" onClick=${() => setCluster(0)}>Close</button></div>
        <${Members} cluster=${cluster} />
      </section>
    `}
    <section class="card">${body}</section>
  `;
}
