// @ts-check
/// <reference lib="dom" />
/**
 * The bar on top: views, the pulse, light and dark, keys.
 *
 * @module
 */
import { html } from "../html.js";
import { togglePause, useLive } from "../live.js";
import { to } from "../router.js";
import { toggleTheme, useTheme } from "../theme.js";
import { showKeys } from "./help.js";
import { Icon } from "./icon.js";

const STATUS_TEXT = {
  connecting: "Connecting",
  live: "Live",
  paused: "Paused",
  lost: "No connection",
};

function Pulse() {
  const { status } = useLive();
  const isPaused = status === "paused";
  return html`
    <button class="live" type="button" data-status=${status} onClick=${togglePause}
      title=${isPaused ? "Go on (p)" : "Stop the figures where they are (p)"}>
      <span class="dot"></span><span aria-live="polite">${STATUS_TEXT[status]}</span>
    </button>
  `;
}

function ThemeButton() {
  const theme = useTheme();
  const next = theme === "dark" ? "light" : "dark";
  return html`
    <button class="icon-button" type="button" onClick=${toggleTheme} aria-label="Use ${next} colours"
      title="Use ${next} colours (t)">
      <${Icon} name=${theme === "dark" ? "sun" : "moon"} />
    </button>
  `;
}

function KeysButton() {
  return html`
    <button class="icon-button keys-button" type="button" onClick=${showKeys} aria-label="Keys"
      title="Keys (?)"><kbd>?</kbd></button>
  `;
}

/**
 * The bar.
 *
 * @param {{ views: readonly { id: string, title: string }[], current: string }} props
 */
export function Bar({ views, current }) {
  const links = views.map(({ id, title }) =>
    html`
      <a key=${id} href=${to(id === "" ? [] : [id])} aria-current=${id === current ? "page" : null}>
        ${title}</a>
    `
  );
  return html`
    <header class="bar">
      <a class="skip" href="#main">Skip to the content</a>
      <div class="bar-inner">
        <a class="brand" href=${to([])}><img src="/dashboard/icon.svg" alt="" />Co-Pilot</a>
        <nav class="nav" aria-label="Views">${links}</nav>
        <div class="tools">
          <${Pulse} />
          <${ThemeButton} />
          <${KeysButton} />
        </div>
      </div>
    </header>
  `;
}
