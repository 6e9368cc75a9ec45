/** The dashboard's pages as axe-core judges them: contrast, names, roles and order, by WCAG 2.2 AA. */
import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { jobId } from "../roles/dashboard/_site.ts";
import { VIEWS, visit } from "./_dashboard_visit.ts";
import type { PageOptions } from "./browser.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What is wrong with a page as it is now: the rule, and the first element that breaks it. */
async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} })`,
  ) as axe.AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

const SCREENS: Readonly<Record<string, PageOptions>> = {
  "light colours": { colors: "light" },
  "dark colours": { colors: "dark" },
  "a phone": { width: 360, height: 760 },
};

for (const [screen, options] of Object.entries(SCREENS)) {
  visit(`no view has a barrier, ${screen}`, options, async ({ page, open }) => {
    for (const [view, figures] of Object.entries(VIEWS)) {
      await open(view);
      await page.locator(figures).first().waitFor();
      assertEquals(await barriers(page), [], view);
    }
  });
}

visit("an empty site and dialogs have no barrier", {
  filled: false,
  dashboard: { token: "a-long-secret" },
}, async ({ site, page, open }) => {
  for (const view of ["", "jobs", "agents", "managers", "trends"]) {
    await open(view);
    await page.locator(".empty").first().waitFor();
    assertEquals(await barriers(page), [], view);
  }
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  assertEquals(await barriers(page), [], "keys");
  await site.queue.store.submit({
    ...{ id: jobId(1), chirpUrl: "chirp:9094", inputDir: "in", inputFiles: [], command: "run.sh" },
    ...{ arguments: "", environment: "", packages: "" },
  });
  await open(`jobs/${jobId(1)}`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor();
  assertEquals(await barriers(page), [], "a change");
});
