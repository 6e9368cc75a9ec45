// @ts-check
/// <reference lib="dom" />
/**
 * Keys, and the page that tells them.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { togglePause } from "../live.js";
import { go, to } from "../router.js";
import { toggleTheme } from "../theme.js";

/** Where the browser keeps that keys are not wanted: a voice or a shaking hand presses many. */
const OFF = "copilot-keys-off";

const KEYS = [
  ["1 – 5", "the views"],
  ["/", "search jobs or agents"],
  ["j, k", "next and previous row"],
  ["p", "stop the live figures, or let them go on"],
  ["t", "light or dark"],
  ["?", "this list"],
];

/** Shows the list of keys. */
export function showKeys() {
  const dialog = document.querySelector("dialog.keys");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

/** Moves the focus among the rows of a table. @param {1 | -1} step */
function moveFocus(step) {
  const rows = [...document.querySelectorAll(".row-link")];
  const active = document.activeElement;
  const at = active === null ? -1 : rows.indexOf(active);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (next instanceof HTMLElement) next.focus();
}

/** Puts the cursor into the search field; from a view without one, into that of jobs. */
function focusSearch() {
  const find = () => document.querySelector("input[type=search]");
  if (find() === null) go(to(["jobs"]));
  requestAnimationFrame(() => {
    const field = find();
    if (field instanceof HTMLInputElement) field.focus();
  });
}

/**
 * Listens to keys.
 *
 * @param {{ views: readonly { id: string }[] }} props
 */
export function Keys({ views }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLInputElement) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      if (localStorage.getItem(OFF) !== null) return;
      const view = views[Number(event.key) - 1];
      if (view !== undefined) go(to(view.id === "" ? [] : [view.id]));
      else if (event.key === "/") focusSearch();
      else if (event.key === "j") moveFocus(1);
      else if (event.key === "k") moveFocus(-1);
      else if (event.key === "p") togglePause();
      else if (event.key === "t") toggleTheme();
      else if (event.key === "?") showKeys();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const [isOff, setOff] = useState(localStorage.getItem(OFF) !== null);
  const toggle = () => {
    if (isOff) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
    setOff(!isOff);
  };
  const rows = KEYS.map(([key, meaning]) =>
    html`
      <dt key=${key}><kbd>${key}</kbd></dt>
      <dd>${meaning}</dd>
    `
  );
  return html`
    <dialog ref=${dialog} class="dialog keys" aria-label="Keys">
      <h2>Keys</h2>
      <dl class="pairs">${rows}</dl>
      <label class="choice"><input type="checkbox" checked=${!isOff} onChange=${toggle} />
        Listen to these keys</label>
      <div class="buttons">
        <button class="button" type="button" onClick=${() => dialog.current?.close()}>Close</button>
      </div>
    </dialog>
  `;
}
