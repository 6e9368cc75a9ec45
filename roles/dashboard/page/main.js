// @ts-check
/// <reference lib="dom" />
/**
 * The page: a bar, and the view that the address names.
 *
 * @module
 */
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { followLive } from "./live.js";
import { Bar } from "./parts/bar.js";
import { Keys } from "./parts/help.js";
import { followLinks, useHere } from "./router.js";
import { followTheme } from "./theme.js";
import { AgentView, ConnectionView } from "./views/agent.js";
import { AgentsView } from "./views/agents.js";
import { JobView } from "./views/job.js";
import { JobsView } from "./views/jobs.js";
import { ManagersView } from "./views/managers.js";
import { OverviewView } from "./views/overview.js";
import { TrendsView } from "./views/trends.js";

/** The views of the bar; `One` shows one of its things. */
const VIEWS = [
  { id: "", title: "Overview", View: OverviewView },
  { id: "jobs", title: "Jobs", View: JobsView, One: JobView },
  { id: "agents", title: "Agents", View: AgentsView, One: AgentView },
  { id: "managers", title: "Managers", View: ManagersView },
  { id: "trends", title: "Trends", View: TrendsView },
];

function Nowhere() {
  return html`
    <div class="head">
      <h1>There is no such page</h1>
    </div>
    <p><a class="text-link" href="/dashboard/">To the overview</a></p>
  `;
}

function App() {
  const { parts } = useHere();
  const [name = "", ...rest] = parts;
  const view = VIEWS.find(({ id }) => id === name);
  const Shown = name === "connections" && rest.length === 1
    ? ConnectionView
    : (rest.length === 0 ? view?.View : rest.length === 1 ? view?.One : undefined) ?? Nowhere;
  const title = view === undefined || view.id === "" ? "Co-Pilot" : `${view.title} · Co-Pilot`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return html`
    <${Bar} views=${VIEWS} current=${view?.id ?? "none"} />
    <main id="main" tabindex="-1">
      <${Shown} key=${parts.join("/")} />
    </main>
    <${Keys} views=${VIEWS} />
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
