// @ts-check
/**
 * Managers: how each machine is now, and how it was.
 *
 * @module
 */
import { useData } from "../data.js";
import { ago, count, load as loadText, measure, mebibytes } from "../format.js";
import { html } from "../html.js";
import { Donut } from "../parts/donut.js";
import { Graph, ModeSwitch } from "../parts/graph.js";
import { Meter } from "../parts/outcomes.js";
import { Empty, Missing } from "../parts/state.js";
import { useHere } from "../router.js";

/**
 * @typedef {import("../../managers.ts").Manager} Manager
 * @typedef {import("../../managers.ts").Usage} Usage
 */

const REFRESH_MS = 30_000;

/** @param {{ title: string, usage: Usage }} props */
function Use({ title, usage }) {
  const { used, available } = usage;
  const share = used / (used + available);
  const color = share > 0.95 ? "--failed" : share > 0.85 ? "--held" : "--accent";
  return html`
    <li><span class="soft">${title}</span><${Meter} share=${share} color=${color} />
      <span class="number">${mebibytes(available)} free</span></li>
  `;
}

/** @param {{ manager: Manager }} props */
function Card({ manager }) {
  const { name, load, memory, swap, disks, network, queued, seenMs } = manager;
  return html`
    <section class="card">
      <div class="card-head"><h2>${name}</h2>
        <span class="note">reported ${ago(seenMs, Date.now())}</span></div>
      <dl class="readings">
        <div><dt>Load</dt><dd>${loadText(load[0])}</dd></div>
        <div><dt>5 min</dt><dd>${loadText(load[1])}</dd></div>
        <div><dt>15 min</dt><dd>${loadText(load[2])}</dd></div>
        <div><dt>Queued</dt><dd>${queued === null ? "–" : count(queued)}</dd></div>
      </dl>
      <ul class="bars uses">
        ${memory === null ? "" : html`<${Use} title="Memory" usage=${memory} />`}
        ${swap === null ? "" : html`<${Use} title="Swap" usage=${swap} />`}
        ${disks.map((disk) => html`<${Use} key=${disk.name} title=${disk.name} usage=${disk} />`)}
      </ul>
      ${network.map((device) =>
        html`
          <p class="note" key=${device.name}>${device.name}: ${measure(
            device.received,
          )} MiB/min in,${" "}
            ${measure(device.sent)} MiB/min out</p>
        `
      )}
    </section>
  `;
}

/**
 * What all managers use together.
 *
 * @param {{ title: string, usages: readonly (Usage | null)[] | undefined }} props
 */
function Together({ title, usages }) {
  const known = (usages ?? []).filter((usage) => usage !== null);
  const sum = (/** @type {"used" | "available"} */ key) =>
    known.reduce((total, usage) => total + usage[key], 0);
  return html`
    <section class="card span-3">
      <div class="card-head"><h2>${title}</h2><span class="note">all managers</span></div>
      ${usages === undefined
        ? html`<div class="chart-space"></div>`
        : known.length === 0
        ? html`<${Empty}>Nothing was reported<//>`
        : html`
          <${Donut} title=${title} used=${sum("used")} available=${sum("available")}
            format=${mebibytes} />
        `}
    </section>
  `;
}

/** The view. */
export function ManagersView() {
  const mode = useHere().query.get("mode") ?? "realtime";
  const { data, failure } = /** @type {import("../data.js").Loaded<{ managers: Manager[] }>} */ (
    useData("/api/managers", { everyMs: REFRESH_MS })
  );
  const head = html`
    <div class="head">
      <h1>Managers</h1>
      <${ModeSwitch} view="managers" mode=${mode} />
    </div>
  `;
  if (failure !== undefined) {
    return html`
      ${head}<div class="card">
        <${Missing} health=${failure} />
      </div>
    `;
  }
  const managers = data?.managers;
  const cards = managers?.map((manager) =>
    html`<${Card} key=${manager.name} manager=${manager} />`
  );
  return html`
    ${head}
    ${cards?.length === 0
      ? html`
        <div class="card">
          <${Empty}>No manager has reported in the last hour; they do once a minute<//></div>
      `
      : html`<div class="machines">${cards}</div>`}
    <div class="grid below">
      <${Together} title="Memory" usages=${managers?.map(({ memory }) => memory)} />
      <${Together} title="Disks" usages=${managers?.flatMap(({ disks }) => disks)} />
      <${Graph} id="load" title="System load" unit="processes" mode=${mode} />
      <${Graph} id="memory" title="Memory available" mode=${mode} isBinary=${true}
        format=${mebibytes} />
      <${Graph} id="network" title="Network" unit="MiB a minute; out is below zero"
        mode=${mode} />
      <${Graph} id="disks" title="Disk space available" mode=${mode} isBinary=${true}
        format=${mebibytes} />
      <${Graph} id="swap" title="Swap available" mode=${mode} isBinary=${true}
        format=${mebibytes} />
    </div>
  `;
}
