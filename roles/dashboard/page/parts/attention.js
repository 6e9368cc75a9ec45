// @ts-check
/**
 * What needs attention, the worst first.
 *
 * @module
 */
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** @typedef {import("../../attention.ts").Attention} Item */

const ICONS = /** @type {const} */ ({ error: "alert", warning: "alert", note: "info" });

/** @param {{ item: Item }} props */
function Line({ item }) {
  const { level, title, detail, view } = item;
  const text = html`
    <${Icon} name=${ICONS[level]} />
    <span><b>${title}</b>${detail === "" ? "" : html`<span class="detail">${detail}</span>`}</span>
  `;
  return html`
    <li class="attention ${level}">
      ${view === "" ? html`<span class="line">${text}</span>` : html`
        <a class="line" href="/dashboard/${view}">${text}<${Icon} name="right" /></a>
      `}
    </li>
  `;
}

/**
 * The list; where it is empty, a line that says so.
 *
 * @param {{ items: readonly Item[] }} props
 */
export function Attention({ items }) {
  if (items.length === 0) {
    return html`<p class="all-well"><${Icon} name="check" />Nothing needs attention</p>`;
  }
  const lines = items.map((item) => html`<${Line} key=${item.title} item=${item} />`);
  return html`<ul class="attentions" aria-label="Needs attention">${lines}</ul>`;
}
