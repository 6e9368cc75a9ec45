// @ts-check
/// <reference lib="dom" />
/**
 * The page: a bar, and the view that the address names.
 *
 * @module
 */
import { render } from "preact";
import { html } from "./html.js";
import { followLive } from "./live.js";
import { Bar } from "./parts/bar.js";
import { followLinks, useHere } from "./router.js";
import { followTheme } from "./theme.js";
import { OverviewView } from "./views/overview.js";

const VIEWS = [{ id: "", title: "Overview", View: OverviewView }];

function App() {
  const { parts } = useHere();
  const view = VIEWS.find(({ id }) => id === (parts[0] ?? ""));
  return html`
    <${Bar} views=${VIEWS} current=${view?.id ?? "none"} />
    <main id="main" tabindex="-1">
      ${view === undefined ? html`<h1>There is no such page</h1>` : html`<${view.View} />`}
    </main>
  `;
}

const root = document.querySelector("#app");
if (root !== null) {
  followTheme();
  followLive();
  addEventListener("click", followLinks);
  root.replaceChildren();
  render(html`<${App} />`, root);
}
