/**
 * Debian's Chromium without a screen, and everything that goes wrong in a page.
 *
 * @module
 */
import { type Browser, chromium, type Page } from "playwright-core";
import { join } from "@std/path";

const PROGRAM = "/usr/bin/chromium";

/** Whether Chromium is installed. */
export const hasChromium = (() => {
  try {
    return Deno.statSync(PROGRAM).isFile;
  } catch {
    return false;
  }
})();

/** How a page is looked at. */
export interface PageOptions {
  /** Width of the window in pixels. Default: 1280. */
  readonly width?: number | undefined;
  /** Height of the window in pixels. Default: 860. */
  readonly height?: number | undefined;
  /** Colours that the system asks for. Default: light. */
  readonly colors?: "light" | "dark" | undefined;
}

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /**
   * Errors, refusals by the content-security policy, dialogs, and requests to anywhere but the server.
   * Answers that say that something is missing or broken are none: pages have to live with them.
   */
  readonly faults: readonly string[];
}

/**
 * Opens a page in a browser of its own, and closes it after the test.
 *
 * @param origin The server that the page may ask.
 * @param options See {@linkcode PageOptions}.
 * @param test What is done with the page.
 */
export async function withPage(
  origin: string,
  options: PageOptions,
  test: (watched: WatchedPage) => Promise<void>,
): Promise<void> {
  const browser: Browser = await chromium.launch({
    executablePath: PROGRAM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const { width = 1280, height = 860, colors = "light" } = options;
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: colors });
    page.setDefaultTimeout(20_000);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("console", (message) => {
      const isAnswer = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isAnswer) faults.push(`console: ${message.text()}`);
    });
    page.on("dialog", async (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${origin}/`)) faults.push(`request: ${request.url()}`);
    });
    await test({ page, faults });
  } finally {
    await browser.close();
  }
}

let folder: Promise<string> | undefined;

/** Makes the folder for pictures of pages, once a run: `COPILOT_SCREENSHOTS`, or a temporary one. */
async function makeFolder(): Promise<string> {
  const named = Deno.env.get("COPILOT_SCREENSHOTS");
  if (named === undefined) return await Deno.makeTempDir({ prefix: "copilot_screenshots_" });
  await Deno.mkdir(named, { recursive: true });
  return named;
}

/** Takes a picture of a whole page, for people to look at after the tests. */
export async function takePicture(page: Page, name: string): Promise<void> {
  folder ??= makeFolder();
  await page.screenshot({ path: join(await folder, `${name}.png`), fullPage: true });
}
