/** Names that are code, in every field that comes from elsewhere: none of it runs, all of it is shown. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { CarbonServer } from "../../sim/carbon/mod.ts";
import { connectionDocument, insertConnections, sendPoints } from "../roles/dashboard/_site.ts";
import { visit, waitFor } from "./_dashboard_visit.ts";
import { takePicture } from "./browser.ts";

/** Each tries to run something in another place: in text, in attributes, in templates, in addresses. */
const CODE = [
  `<img src=x onerror="alert(1)">`,
  `"><script>alert(2)</script>`,
  `' onmouseover='alert(3)`,
  `\${alert(4)}{{alert(5)}}</textarea></title><svg/onload=alert(6)>`,
  `javascript:alert(7)//`,
];
const ALL = CODE.join(" ");
/** Without what cannot stand in a JID. */
const AGENT = `agent<img/src=x/onerror=alert(8)>@site.example.org`;

/** Sends readings of a manager and of a server whose names are code. */
async function sendHostilePoints(carbon: CarbonServer): Promise<void> {
  const at = Math.floor(Date.now() / 1000);
  const name = '"><svg_onload=alert`9`>';
  await sendPoints(carbon, [
    `copilot.jobmanager.generic.${name}.system.load.1min 1 ${at}`,
    `copilot.jobmanager.generic.${name}.system.disk.used.<img> 990 ${at}`,
    `copilot.jobmanager.generic.${name}.system.disk.available.<img> 10 ${at}`,
    `copilot.ejabberd.<script>.connected 3 ${at}`,
  ]);
}

/** What a page holds that none of our code has made. */
async function intruders(page: Page): Promise<unknown> {
  return await page.evaluate(`[
    ...document.querySelectorAll("#app script, #app iframe, #app [onerror], #app [onload], " +
      "#app [onmouseover], #app img:not([src='/dashboard/icon.svg']), #app a[href^='javascript:']"),
  ].map((element) => element.outerHTML)`);
}

visit("names that are code are shown, and never run", { filled: false }, async (visit) => {
  const { site, page, open } = visit;
  const { store } = site.queue;
  const job = {
    id: "hostile",
    chirpUrl: ALL,
    inputDir: "hostile",
    inputFiles: ["run.sh", CODE[0] ?? ""],
    command: CODE[0] ?? "",
    arguments: ALL,
    environment: ALL,
    packages: ALL,
  };
  await store.submit(job, { validationScript: CODE[0] });
  const request = { manager: ALL, leaseSeconds: 3600, unacknowledgedSeconds: 60 };
  const { lease } = await store.lease({ ...request, agent: `${AGENT}/${CODE[4]}` });
  assert(lease !== undefined);
  await store.complete({
    id: "hostile",
    token: lease.token,
    agent: AGENT,
    outcome: "failed",
    exitCode: 768,
    reason: ALL,
    archive: ALL,
  });
  await store.note("hostile", CODE[0] ?? "", { agent: ALL, reason: ALL });
  const id = CODE[1] ?? "";
  await insertConnections(site.mongo, [{
    ...connectionDocument(1, Date.now()),
    user: CODE[0],
    host: CODE[1],
    resource: CODE[2],
    agent_data: { component: "agent", id, cpus: CODE[3], rev: CODE[4], [CODE[0] ?? ""]: ALL },
  }]);
  await sendHostilePoints(site.carbon);
  const views = {
    "": ".figure .value",
    "jobs": "tbody tr",
    "jobs/hostile": ".timeline li",
    "agents": ".spot",
    "managers": ".meter",
    "trends": ".u-over",
    [`jobs?q=${encodeURIComponent("<img")}`]: "tbody tr",
    [`agents/${encodeURIComponent(id)}`]: ".figure .value",
    [`jobs/${encodeURIComponent(ALL)}`]: "[role=alert]",
    [`jobs?state=${encodeURIComponent(ALL)}&offset=${encodeURIComponent(ALL)}`]: "[role=alert]",
    [`trends?mode=${encodeURIComponent(ALL)}`]: "[role=alert]",
  };
  for (const [view, figures] of Object.entries(views)) {
    await open(view);
    await page.locator(figures).first().waitFor();
    assertEquals(await intruders(page), [], view);
  }
  await open("jobs/hostile");
  await waitFor(page, `failed (${ALL})`);
  await takePicture(page, "hostile-job");
  await page.locator(".pairs").first().hover();
  await open("agents");
  await page.locator("td", { hasText: id }).first().waitFor();
  await page.locator(".spot").first().click();
  await page.waitForURL(/\/agents\/%22/);
  await waitFor(page, "Contribution");
  assertEquals(await intruders(page), []);
});
