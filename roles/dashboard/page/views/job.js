// @ts-check
/**
 * One job: why it is where it is, what happened to it, and what it is.
 *
 * @module
 */
import { useData } from "../data.js";
import { duration, exitStatus, moment } from "../format.js";
import { html } from "../html.js";
import { useLive } from "../live.js";
import { Actions } from "../parts/actions.js";
import { Missing, State } from "../parts/state.js";
import { to, useHere } from "../router.js";

/**
 * @typedef {import("../../../../lib/jobs/job_store.ts").JobRecord} JobRecord
 * @typedef {import("../../../../lib/jobs/job_store.ts").HistoryEntry} HistoryEntry
 * @typedef {import("../../../../lib/jobs/why.ts").Why} Why
 * @typedef {{ job: JobRecord, history: HistoryEntry[], nowMs: number, why: Why }} JobFacts
 */

const REFRESH_MS = 3000;

/** @param {{ job: JobRecord, why: Why }} props */
function WhyCard({ job, why }) {
  const facts = why.facts.map((fact) => html`<li key=${fact}>${fact}</li>`);
  const advice = why.advice.map((line) => html`<li key=${line}>${line}</li>`);
  return html`
    <section class="card span-12 why state-${job.state}">
      <h2>${why.summary}</h2>
      <ul class="facts">${facts}</ul>
      ${advice.length === 0 ? "" : html`
        <h3>What to do</h3>
        <ul class="facts">${advice}</ul>
      `}
    </section>
  `;
}

/** @param {{ history: readonly HistoryEntry[] }} props */
function Timeline({ history }) {
  const steps = history.map((entry, index) => {
    const before = history[index - 1];
    const waited = before === undefined
      ? ""
      : `after ${duration((entry.atMs - before.atMs) / 1000)}`;
    return html`
      <li key=${index} class="state-${entry.state}">
        <span class="dot"></span>
        <div>
          <p><b>${entry.event}</b> <span class="note">${moment(entry.atMs)} ${waited}</span></p>
          ${entry.agent ? html`<p class="soft mono break">${entry.agent}</p>` : ""}
          ${entry.reason ? html`<p class="soft break">${entry.reason}</p>` : ""}
        </div>
      </li>
    `;
  });
  return html`<ol class="timeline">${steps}</ol>`;
}

/**
 * Pairs of words and values; what is empty is left out.
 *
 * @param {{ pairs: readonly (readonly [string, string | number | undefined])[] }} props
 */
function Pairs({ pairs }) {
  const told = pairs.filter(([, value]) => value !== undefined && value !== "" && value !== "–");
  return html`
    <dl class="pairs">${told.map(([name, value]) =>
      html`
        <dt key=${name}>${name}</dt>
        <dd class="break">${value}</dd>
      `
    )}</dl>
  `;
}

/** @param {{ job: JobRecord }} props */
function Description({ job }) {
  const { description, wallTimeSeconds, outputBytes } = job;
  return html`
    <${Pairs} pairs=${[
      ["Command", description.command],
      ["Arguments", description.arguments],
      ["Environment", description.environment],
      ["Packages", description.packages],
      ["Input", `${description.chirpUrl}/${description.inputDir}`],
      ["Files", description.inputFiles.join(", ")],
      ["Validation", job.validationScript],
      ["Longest run", wallTimeSeconds === undefined ? "" : duration(wallTimeSeconds)],
      ["Largest output", outputBytes === undefined ? "" : `${outputBytes} bytes`],
    ]} />
  `;
}

/** @param {{ job: JobRecord }} props */
function Run({ job }) {
  return html`
    <${Pairs} pairs=${[
      ["Submitted", moment(job.submittedMs)],
      ["Handed out", moment(job.leasedMs)],
      ["Ended", moment(job.finishedMs)],
      ["Tries", `${job.attempts} of at most ${job.maxAttempts}`],
      ["Priority", job.priority === 0 ? "" : job.priority],
      ["Agent", job.agent],
      ["Machine", job.agentHost],
      ["Manager", job.manager],
      ["Exit", exitStatus(job.exitCode)],
      ["Exit of validation", exitStatus(job.validateExitCode)],
      ["Time used", job.wallSeconds === undefined ? "" : duration(job.wallSeconds)],
      ["Reason", job.reason],
      ["Output", job.archive],
    ]} />
  `;
}

/** The view. */
export function JobView() {
  const { parts } = useHere();
  const id = parts[1] ?? "";
  const { overview } = useLive();
  const { data, failure, reload } = /** @type {import("../data.js").Loaded<JobFacts>} */ (
    useData(`/api/jobs/${encodeURIComponent(id)}`, { everyMs: REFRESH_MS })
  );
  const title = html`
    <div class="title">
      <p class="note"><a class="text-link" href=${to(["jobs"])}>Jobs</a></p>
      <h1 class="mono break">${id}</h1>
    </div>
  `;
  if (failure !== undefined) {
    return html`
      <div class="head">${title}</div>
      <div class="card">
        <${Missing} health=${failure} />
      </div>
    `;
  }
  if (data === undefined) return html`<div class="head">${title}</div>`;
  const { job, history, why } = data;
  return html`
    <div class="head">
      ${title}
      <div class="tools">
        <${State} state=${job.state} />
        ${overview?.mayAct ? html`<${Actions} job=${job} onDone=${reload} />` : ""}
      </div>
    </div>
    <div class="grid">
      <${WhyCard} job=${job} why=${why} />
      <section class="card span-6">
        <div class="card-head">
          <h2>Timeline</h2>
        </div>
        <${Timeline} history=${history} />
      </section>
      <div class="span-6 stack">
        <section class="card">
          <div class="card-head">
            <h2>Run</h2>
          </div>
          <${Run} job=${job} />
        </section>
        <section class="card">
          <div class="card-head">
            <h2>Description</h2>
          </div>
          <${Description} job=${job} />
        </section>
      </div>
    </div>
  `;
}
