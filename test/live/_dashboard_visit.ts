/**
 * Visits to a dashboard's pages, over the embedded Redis, MongoDB and Graphite.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { DashboardOptions } from "../../roles/dashboard.ts";
import {
  type DashboardSite,
  fillAgents,
  fillMetrics,
  fillQueue,
  jobId,
  startDashboard,
  startDashboardSite,
} from "../roles/dashboard/_site.ts";
import { hasChromium, type PageOptions, withPage } from "./browser.ts";

const MISSING = hasChromium ? "" : " (skipped: /usr/bin/chromium is not installed)";

/** What a test of a page is given. */
export interface Visit {
  readonly site: DashboardSite;
  readonly page: Page;
  /** See `WatchedPage`. */
  readonly faults: readonly string[];
  /** Goes to a view and waits for its heading. */
  open(view: string): Promise<void>;
}

/** How a site is made for a test. */
export interface VisitOptions extends PageOptions {
  /** Whether jobs, agents and metrics are there. Default: true. */
  readonly filled?: boolean | undefined;
  /** Longest wait for MongoDB, in milliseconds. Default: a minute. */
  readonly patienceMs?: number | undefined;
  /** Options of the dashboard. */
  readonly dashboard?: Partial<DashboardOptions> | undefined;
}

/** Registers a test of pages; it fails on every fault in them. */
export function visit(
  title: string,
  options: VisitOptions,
  test: (visit: Visit) => Promise<void>,
): void {
  Deno.test({
    name: `dashboard in Chromium: ${title}${MISSING}`,
    ignore: !hasChromium,
    fn: async () => {
      await using site = await startDashboardSite({ patienceMs: options.patienceMs });
      if (options.filled ?? true) {
        await fillQueue(site.queue.store, 60);
        await fillAgents(site.mongo, 120);
        await fillMetrics(site.carbon);
      }
      await using dashboard = await startDashboard({
        sources: site.sources,
        pollMs: 100,
        ...options.dashboard,
      });
      await withPage(dashboard.origin, options, async ({ page, faults }) => {
        const open = async (view: string) => {
          await page.goto(`${dashboard.origin}/dashboard/${view}`);
          await page.locator("main h1").waitFor();
        };
        await test({ site, page, faults, open });
        assertEquals(faults, []);
      });
      assertEquals(dashboard.sink.records.filter(({ level }) => level === "error"), []);
    },
  });
}

/** Views, and a selector of something that only their figures make. */
export const VIEWS = {
  "": ".figure .value",
  "jobs": "tbody tr",
  [`jobs/${jobId(19)}`]: ".why h2",
  "agents": ".spot",
  "agents/a-5": ".figure .value",
  "managers": ".meter",
  "trends": ".u-over",
};

/** Waits until a text is seen. */
export async function waitFor(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}
