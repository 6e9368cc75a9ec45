// @ts-check
/**
 * Icons, drawn on a grid of 16.
 *
 * @module
 */
import { html } from "../html.js";

const PATHS = {
  alert: "M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.2v.1",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.4v3.4M8 5.1v.1",
  check: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.6 8.2l1.7 1.7 3.1-3.5",
  pause: "M6 4v8M10 4v8",
  play: "M5.5 3.8v8.4l6.5-4.2z",
  sun:
    "M8 10.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2M8 1.6v1.3M8 13.1v1.3M1.6 8h1.3M13.1 8h1.3M3.5 3.5l.9.9M11.6 11.6l.9.9M12.5 3.5l-.9.9M4.4 11.6l-.9.9",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.4 10.4l3.1 3.1",
  right: "M6 3.5 10.5 8 6 12.5",
  left: "M10 3.5 5.5 8 10 12.5",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  world:
    "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M2.2 8h11.6M8 2c1.9 1.7 2.8 3.7 2.8 6S9.900 12.300 8 14C6.100 12.300 5.200 10.300 5.200 8S6.100 3.700 8 2",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.8V8l2.2 1.5",
};

/**
 * An icon; what it means is said by the text beside it.
 *
 * @param {{ name: keyof typeof PATHS }} props
 */
export function Icon({ name }) {
  return html`
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d=${PATHS[name]} />
    </svg>
  `;
}
