// @ts-check
/// <reference lib="dom" />
/**
 * Jobs: by state, or found by a text.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { useData } from "../data.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { Icon } from "../parts/icon.js";
import { JobTable } from "../parts/job_table.js";
import { Empty, Missing, STATES } from "../parts/state.js";
import { go, to, useHere } from "../router.js";

/** @typedef {import("../../api/jobs.ts").JobPage} JobPage */

const REFRESH_MS = 4000;
const PAGE_SIZE = 50;
const TYPING_MS = 250;

/** @param {{ text: string, state: string }} props */
function Search({ text, state }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  // The way back must show in the field, too, but not while somebody types.
  useEffect(() => {
    const input = field.current;
    if (input !== null && document.activeElement !== input) input.value = text;
  }, [text]);
  const search = (/** @type {InputEvent & { currentTarget: HTMLInputElement }} */ event) => {
    const q = event.currentTarget.value.trim();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go(to(["jobs"], { state, q }), { replace: true }), TYPING_MS);
  };
  return html`
    <label class="search">
      <${Icon} name="search" />
      <input ref=${field} type="search" placeholder="Id, agent, command or reason" maxlength="200"
        aria-label="Search jobs" defaultValue=${text} onInput=${search} />
      <kbd>/</kbd>
    </label>
  `;
}

/** @param {{ text: string, state: string, counts: JobPage["counts"] | undefined }} props */
function Chips({ text, state, counts }) {
  const all = counts === undefined
    ? undefined
    : Object.values(counts).reduce((one, two) => one + two);
  const chips = [["", all], ...STATES.map((name) => [name, counts?.[name]])].map(([name, number]) =>
    html`
      <a key=${name} class="chip state-${name}" href=${to(["jobs"], { state: name, q: text })}
        aria-current=${name === state ? "true" : null}>
        ${name === "" ? "All" : html`<span class="dot"></span>${name}`}
        <span class="soft">${number === undefined ? "" : count(Number(number))}</span>
      </a>
    `
  );
  return html`<nav class="chips" aria-label="State">${chips}</nav>`;
}

/** @param {{ page: JobPage, text: string, state: string, offset: number }} props */
function Results({ page, text, state, offset }) {
  const { jobs, hasMore } = page;
  if (jobs.length === 0) {
    return html`<${Empty}>${text === "" ? "No jobs here" : "No job matches"}<//>`;
  }
  const at = (/** @type {number} */ start) => to(["jobs"], { state, q: text, offset: start || "" });
  const paging = text !== ""
    ? html`<p class="note">${
      hasMore
        ? `The first ${count(jobs.length)}: say more of what you look for`
        : `${count(jobs.length)} found`
    }</p>`
    : offset > 0 || hasMore
    ? html`
      <nav class="paging" aria-label="Pages">
        ${offset > 0
          ? html`<a class="button" href=${at(Math.max(0, offset - PAGE_SIZE))}>Newer</a>`
          : ""}
        <span class="note">${count(offset + 1)} – ${count(offset + jobs.length)}</span>
        ${hasMore ? html`<a class="button" href=${at(offset + PAGE_SIZE)}>Older</a>` : ""}
      </nav>
    `
    : "";
  return html`
    <${JobTable} jobs=${jobs} />
    <div class="card-foot">${paging}</div>
  `;
}

/** The view. */
export function JobsView() {
  const { query } = useHere();
  const state = query.get("state") ?? "";
  const text = query.get("q") ?? "";
  const offset = Number(query.get("offset") ?? 0) || 0;
  const search = new URLSearchParams({ state, q: text, offset: `${offset}` });
  const { data, failure } = /** @type {import("../data.js").Loaded<JobPage>} */ (
    useData(`/api/jobs?${search}`, { everyMs: REFRESH_MS })
  );
  return html`
    <div class="head">
      <h1>Jobs</h1>
      <${Search} text=${text} state=${state} />
    </div>
    <${Chips} text=${text} state=${state} counts=${data?.counts} />
    <section class="card">
      ${failure !== undefined
        ? html`<${Missing} health=${failure} />`
        : data === undefined
        ? ""
        : html`<${Results} page=${data} text=${text} state=${state} offset=${offset} />`}
    </section>
  `;
}
