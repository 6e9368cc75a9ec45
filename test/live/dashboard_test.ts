/** The dashboard's pages in Chromium, over the embedded Redis, MongoDB and Graphite. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { jobId } from "../roles/dashboard/_site.ts";
import { VIEWS, visit, waitFor } from "./_dashboard_visit.ts";
import { takePicture } from "./browser.ts";

for (const colors of ["light", "dark"] as const) {
  visit(`every view shows its figures, ${colors}`, { colors }, async ({ page, open }) => {
    for (const [view, figures] of Object.entries(VIEWS)) {
      await open(view);
      await page.locator(figures).first().waitFor();
      assertEquals(await page.locator("[role=alert]").count(), 0, view);
      assertEquals(await page.locator("html").getAttribute("data-theme"), colors);
      if (view === "") await page.locator(".figure", { hasText: "Agents96" }).waitFor();
      await takePicture(page, `${view.replace(/\W+/g, "-") || "overview"}-${colors}`);
    }
  });
}

visit("the front page follows the queue without being loaded again", {}, async (visit) => {
  const { site, page, open } = visit;
  await open("");
  const waiting = page.locator(".figure", { hasText: "Waiting" }).locator(".value");
  await page.evaluate("globalThis.loadedOnce = true");
  const before = Number(await waiting.textContent());
  await site.queue.store.cancel(jobId(59), "No longer needed");
  await page.locator(".figure", { hasText: `Waiting${before - 1}` }).waitFor();
  assertEquals(await page.evaluate("globalThis.loadedOnce"), true);

  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Paused" }).waitFor();
  await site.queue.store.cancel(jobId(58), "Nor this");
  await page.keyboard.press("p");
  await page.locator(".figure", { hasText: `Waiting${before - 2}` }).waitFor();
});

visit("the time modes ask for longer times, and can be linked to", {}, async ({ page, open }) => {
  await open("trends");
  await page.locator("[data-graph=jobs] .u-over").waitFor();
  for (const mode of ["hourly", "daily", "weekly"]) {
    const asked = page.waitForResponse((response) =>
      response.url().endsWith(`/api/graphs/queue?mode=${mode}`)
    );
    await page.getByRole("link", { name: new RegExp(mode, "i") }).click();
    assertEquals((await asked).status(), 200);
    assertMatch(page.url(), new RegExp(`/dashboard/trends\\?mode=${mode}$`));
  }
  await page.reload();
  await page.locator(".switch [aria-current]", { hasText: "Weekly" }).waitFor();
  await page.goBack();
  await page.locator(".switch [aria-current]", { hasText: "Daily" }).waitFor();
});

visit("the map enlarges, moves, and leads to agents", {}, async ({ page, open }) => {
  await open("agents");
  const map = page.locator(".map > svg");
  await page.locator(".spot:not(.single)").first().waitFor();
  const whole = await map.getAttribute("viewBox");
  await page.locator(".spot:not(.single)").first().click();
  await page.locator(`.map > svg:not([viewBox="${whole}"])`).waitFor();
  const near = await map.getAttribute("viewBox");
  const box = await map.boundingBox();
  assert(box !== null);
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 70, { steps: 4 });
  await page.mouse.up();
  assertNotEquals(await map.getAttribute("viewBox"), near);
  await takePicture(page, "map-near");
  await page.getByRole("button", { name: "The whole world" }).click();
  for (let steps = 0; steps < 9 && !page.url().includes("/agents/a-"); steps++) {
    await page.locator(".spot").first().press("Enter");
    const settled = page.locator(".map > [aria-busy=false]");
    await settled.or(page.getByRole("heading", { name: /^a-\d/ })).first().waitFor();
  }
  await page.waitForURL(/\/dashboard\/agents\/a-\d+$/);
  await waitFor(page, "Contribution");
});

visit("an empty site says what is missing, view by view", { filled: false }, async (visit) => {
  const { page, open } = visit;
  const expected = {
    "": "There are no jobs yet",
    "jobs": "No jobs here",
    "jobs/none": "There is no such job",
    "agents": "No agent is connected",
    "agents/none": "There is no such agent",
    "managers": "No manager has reported",
    "trends": "Nothing was reported in this time",
    "nowhere": "There is no such page",
  };
  for (const [view, text] of Object.entries(expected)) {
    await open(view);
    await waitFor(page, text);
    await takePicture(page, `empty-${view.replace(/\W+/g, "-") || "overview"}`);
  }
});

/** A source that cannot be reached. */
const broken = (message: string) => () => Promise.reject(new Error(message));

visit(
  "a broken Graphite is told in its places; the rest works",
  {},
  async ({ site, page, open }) => {
    await site.carbon[Symbol.asyncDispose]();
    await open("trends");
    await waitFor(page, /Cannot read from Graphite at/);
    assertEquals(await page.locator("[role=alert]").count(), 6);
    await open("managers");
    await waitFor(page, /Cannot read from Graphite at/);
    await open("");
    await waitFor(page, "Graphite cannot be read");
    await page.locator(".figure", { hasText: "Waiting" }).waitFor();
    await takePicture(page, "broken-graphite");
  },
);

visit(
  "a broken MongoDB is told in its places; the rest works",
  { patienceMs: 1000 },
  async ({ site, page, open }) => {
    await site.mongo[Symbol.asyncDispose]();
    await open("agents");
    await page.locator(".map path.land").waitFor();
    await page.locator("[role=alert]").nth(1).waitFor();
    await waitFor(page, /Cannot read from mongodb:.*ECONNREFUSED/);
    await takePicture(page, "broken-mongodb");
    await open("");
    await waitFor(page, "MongoDB cannot be read");
    await page.locator(".figure", { hasText: "Running6" }).waitFor();
    await open("trends");
    await page.locator("[data-graph=queue] .u-over").waitFor();
  },
);

visit("a broken Redis is told in its places; the rest works", {
  dashboard: { sources: { queue: broken("Cannot reach Redis at 127.0.0.1:6379") } },
}, async ({ page, open }) => {
  for (const view of ["", "jobs", "jobs/some-id"]) {
    await open(view);
    await waitFor(page, "Cannot reach Redis at 127.0.0.1:6379");
  }
  await open("trends");
  await waitFor(page, "There are no graphs: DASH_GRAPHITE_HOST is not set");
});

visit("keys move through views, tables and the search", {}, async ({ page, open }) => {
  await open("");
  await page.keyboard.press("2");
  await page.waitForURL(/\/dashboard\/jobs$/);
  await page.locator("tbody tr").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.locator("tbody tr:first-child .row-link:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/dashboard\/jobs\/[\w-]+$/);
  await page.keyboard.press("/");
  await page.waitForURL(/\/dashboard\/jobs$/);
  await page.locator("input[type=search]:focus").waitFor();
  await page.keyboard.type("too large");
  await page.waitForURL(/q=too\+large/);
  await waitFor(page, /\d found/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await keys.getByLabel("Listen to these keys").uncheck();
  await page.keyboard.press("Escape");
  await keys.waitFor({ state: "hidden" });
  await page.keyboard.press("3");
  await page.getByRole("button", { name: "Keys" }).click();
  assertMatch(page.url(), /\/dashboard\/jobs\?q=too\+large$/);
  await keys.getByLabel("Listen to these keys").check();
  await page.keyboard.press("Escape");
  for (const [key, view] of [["3", "agents"], ["4", "managers"], ["5", "trends"], ["1", ""]]) {
    await page.keyboard.press(key ?? "");
    await page.waitForURL(new RegExp(`/dashboard/${view}$`));
  }
});

visit("every view fits a phone", { width: 360, height: 760 }, async ({ page, open }) => {
  for (const [view, figures] of Object.entries(VIEWS)) {
    await open(view);
    await page.locator(figures).first().waitFor();
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assertEquals(width, 360, `${view} is wider than the screen`);
    await takePicture(page, `phone-${view.replace(/\W+/g, "-") || "overview"}`);
  }
});

visit("colours follow the system until the reader chooses", { colors: "dark" }, async (visit) => {
  const { page, open } = visit;
  const theme = () => page.locator("html").getAttribute("data-theme");
  await open("");
  assertEquals(await theme(), "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator("html[data-theme=light]").waitFor();
  await page.getByRole("button", { name: "Use dark colours" }).click();
  assertEquals(await theme(), "dark");
  await page.reload();
  assertEquals(await theme(), "dark");
});

visit("jobs are changed with the token, and only with it", {
  dashboard: { token: "a-long-secret" },
}, async ({ site, page, open }) => {
  await open(`jobs/${jobId(59)}`);
  await page.getByRole("button", { name: "Hold" }).click();
  const dialog = page.getByRole("dialog", { name: "Hold this job?" });
  await dialog.getByLabel("Reason").fill("The disk is full");
  await dialog.getByLabel("Token").fill("a-guess");
  await dialog.getByRole("button", { name: "Hold" }).click();
  await dialog.getByText("Wrong token").waitFor();
  assertEquals((await site.queue.store.get(jobId(59)))?.state, "waiting");
  await dialog.getByLabel("Token").fill("a-long-secret");
  await dialog.getByRole("button", { name: "Hold" }).click();
  await waitFor(page, "Reason: The disk is full");
  await takePicture(page, "job-held");
  await page.getByRole("button", { name: "Release" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Release" }).click();
  await waitFor(page, /It waits for its turn/);
});

visit("without a token nothing can be changed", {}, async ({ page, open }) => {
  await open(`jobs/${jobId(59)}`);
  await waitFor(page, "Timeline");
  assertEquals(await page.getByRole("button", { name: /Hold|Cancel|Release|Rerun/ }).count(), 0);
});
