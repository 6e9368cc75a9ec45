/** The page of a load test, in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { type Browser, chromium } from "playwright-core";
import { runLoad } from "../../sim/load/mod.ts";
import { loadPage } from "../../tools/simulate/page/page.ts";

const PROGRAM = "/usr/bin/chromium";
const hasChromium = (() => {
  try {
    return Deno.statSync(PROGRAM).isFile;
  } catch {
    return false;
  }
})();

const PLOTS = ["throughput", "latency", "queue", "agents", "faults", "machine"];

/** Opens the page; returns what went wrong and what it asked the network for. */
async function visit(browser: Browser, url: string, colorScheme: "light" | "dark") {
  const page = await browser.newPage({ colorScheme });
  const [errors, requests]: [string[], string[]] = [[], []];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, errors, requests };
}

Deno.test({
  name: hasChromium
    ? "the page of a load test draws its plots in light and dark, and asks the network for nothing"
    : "the page of a load test in a browser (chromium is not installed)",
  ignore: !hasChromium,
  fn: async () => {
    const result = await runLoad({ agents: 4, forSeconds: 3, jobDuration: "10ms" });
    const folder = await Deno.makeTempDir({ prefix: "copilot-page-" });
    const browser = await chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox"] });
    try {
      const file = `${folder}/page.html`;
      const subject = { result, thresholds: [], command: "simulate", startedAt: "today" };
      await Deno.writeTextFile(file, loadPage(subject));
      const grounds = new Set<string>();
      for (const scheme of ["light", "dark"] as const) {
        const { page, errors, requests } = await visit(browser, `file://${file}`, scheme);
        for (const id of PLOTS) {
          const canvas = page.locator(`#${id} canvas`);
          assertEquals(await canvas.count(), 1, id);
          const box = await canvas.boundingBox();
          assert(box !== null && box.width > 200 && box.height > 100, `${id} is too small`);
        }
        await page.locator("[data-phase=job]").click();
        const selected = page.locator("[aria-selected=true]");
        assertEquals(await selected.textContent(), "job");
        grounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
        assertEquals(errors, []);
        assertEquals(requests, [`file://${file}`]);
        await page.close();
      }
      assertEquals(grounds.size, 2, "light and dark look the same");
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
