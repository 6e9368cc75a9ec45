// @ts-check
/**
 * States of jobs and sources, always in the same colours and words.
 *
 * @module
 */
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** All states, in the order of a job's life. */
export const STATES = /** @type {const} */ ([
  "waiting",
  "held",
  "leased",
  "running",
  "succeeded",
  "failed",
  "cancelled",
]);

/**
 * A state as a dot and a word.
 *
 * @param {{ state: string }} props
 */
export function State({ state }) {
  return html`<span class="badge state-${state}"><span class="dot"></span>${state}</span>`;
}

/**
 * What stands where a source cannot fill a place.
 *
 * @param {{ health: { state: string, message: string } }} props
 */
export function Missing({ health }) {
  const isBroken = health.state === "broken";
  return html`
    <p class="empty ${isBroken ? "broken" : ""}" role=${isBroken ? "alert" : "note"}>
      <${Icon} name=${isBroken ? "alert" : "info"} /> ${health.message}
    </p>
  `;
}

/**
 * What stands where there is nothing to show.
 *
 * @param {{ children: unknown }} props
 */
export function Empty({ children }) {
  return html`<p class="empty"><${Icon} name="info" /> <span>${children}</span></p>`;
}
