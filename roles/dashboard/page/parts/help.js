// @ts-check
/// <reference lib="dom" />
/**
 * Keys, and the page that tells them.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { togglePause } from "../live.js";
import { go, to } from "../router.js";
import { toggleTheme } from "../theme.js";

const KEYS = [
  ["1 – 5", "the views"],
  ["/", "search jobs or agents"],
  ["j, k", "next and previous row"],
  ["p", "stop the live figures, or let them go on"],
  ["t", "light or dark"],
  ["?", "this list"],
];

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
      const view = views[Number(event.key) - 1];
      if (view !== undefined) go(to(view.id === "" ? [] : [view.id]));
      else if (event.key === "/") focusSearch();
      else if (event.key === "j") moveFocus(1);
      else if (event.key === "k") moveFocus(-1);
      else if (event.key === "p") togglePause();
      else if (event.key === "t") toggleTheme();
      else if (event.key === "?") dialog.current?.showModal();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const rows = KEYS.map(([key, meaning]) =>
    html`
      <dt key=${key}><kbd>${key}</kbd></dt>
      <dd>${meaning}</dd>
    `
  );
  return html`
    <dialog ref=${dialog} class="dialog" aria-label="Keys">
      <h2>Keys</h2>
      <dl class="pairs">${rows}</dl>
      <div class="buttons">
        <button class="button" type="button" onClick=${() => dialog.current?.close()}>Close</button>
      </div>
    </dialog>
  `;
}
