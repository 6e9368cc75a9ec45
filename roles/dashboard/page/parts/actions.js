// @ts-check
/// <reference lib="dom" />
/**
 * Changes to a job, for who knows the token.
 *
 * @module
 */
import { useRef, useState } from "preact/hooks";
import { ask } from "../data.js";
import { html } from "../html.js";

/** @typedef {import("../../../../lib/jobs/job_store.ts").JobRecord} JobRecord */

/** What can be done in each state; the server says the last word. */
const ACTIONS = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  waiting: ["hold", "cancel"],
  held: ["release", "cancel"],
  leased: ["cancel"],
  running: ["cancel"],
  succeeded: ["rerun"],
  failed: ["rerun"],
  cancelled: ["rerun"],
});

const TITLES = /** @type {Readonly<Record<string, string>>} */ ({
  hold: "Hold",
  release: "Release",
  cancel: "Cancel",
  rerun: "Rerun",
});

/** Kept until the tab is closed; never sent but in the header of a change. */
const TOKEN_KEY = "copilot-token";

/**
 * Buttons, and the question before anything is done.
 *
 * @param {{ job: JobRecord, onDone: () => void }} props
 */
export function Actions({ job, onDone }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const [action, setAction] = useState("");
  const [problem, setProblem] = useState("");
  const open = (/** @type {string} */ name) => {
    setAction(name);
    setProblem("");
    dialog.current?.showModal();
  };
  const send = async (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const token = `${form.get("token") ?? ""}`;
    try {
      await ask(`/api/jobs/${encodeURIComponent(job.id)}/${action}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ reason: `${form.get("reason") ?? ""}` }),
      });
      sessionStorage.setItem(TOKEN_KEY, token);
      dialog.current?.close();
      onDone();
    } catch (failure) {
      setProblem(/** @type {import("../data.js").Failure} */ (failure).message);
    }
  };
  const buttons = (ACTIONS[job.state] ?? []).map((name) =>
    html`
      <button key=${name} class="button" type="button" onClick=${() =>
        open(name)}>${TITLES[name]}</button>
    `
  );
  return html`
    ${buttons}
    <dialog ref=${dialog} class="dialog" aria-labelledby="action-title">
      <form onSubmit=${send}>
        <h2 id="action-title">${TITLES[action]} this job?</h2>
        <p class="mono soft break">${job.id}</p>
        <label>Reason<input name="reason" maxlength="500" placeholder="Kept in the job's history" /></label>
        <label>Token<input name="token" type="password" required autocomplete="off"
          defaultValue=${sessionStorage.getItem(TOKEN_KEY) ?? ""} /></label>
        ${problem === "" ? "" : html`<p class="problem" role="alert">${problem}</p>`}
        <div class="buttons">
          <button class="button" type="button" onClick=${() =>
            dialog.current?.close()}>Leave it</button>
          <button class="button primary" type="submit">${TITLES[action]}</button>
        </div>
      </form>
    </dialog>
  `;
}
