// @ts-check
/**
 * A share of a whole, as a ring.
 *
 * @module
 */
import { percent } from "../format.js";
import { html } from "../html.js";

const RADIUS = 44;
const LENGTH = 2 * Math.PI * RADIUS;

/**
 * What is used of something, and what is left.
 *
 * @param {{
 *   title: string, used: number, available: number, format: (value: number) => string,
 * }} props
 */
export function Donut({ title, used, available, format }) {
  const share = used / Math.max(used + available, Number.MIN_VALUE);
  const told = { used: format(used), free: format(available) };
  return html`
    <div class="donut">
      <svg viewBox="0 0 120 120" role="img"
        aria-label="${title}: ${told.used} used, ${told.free} free">
        <circle class="whole" cx="60" cy="60" r=${RADIUS} />
        <circle class="share" cx="60" cy="60" r=${RADIUS} transform="rotate(-90 60 60)"
          stroke-dasharray="${share * LENGTH} ${LENGTH}" />
        <text x="60" y="60" dy="0.35em" aria-hidden="true">${percent(
          Math.round(share * 100),
        )}</text>
      </svg>
      <ul class="legend">
        <li><span class="key share"></span>used <b>${told.used}</b></li>
        <li><span class="key whole"></span>free <b>${told.free}</b></li>
      </ul>
    </div>
  `;
}
