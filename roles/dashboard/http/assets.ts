/**
 * The files of the pages: our own from the folder `page`, libraries as their packages ship them. Nothing
 * is built; a browser finds libraries by the names that the code imports, through an import map.
 *
 * @module
 */
import htm from "htm" with { type: "text" };
import htmPreact from "htm/preact" with { type: "text" };
import preact from "preact" with { type: "text" };
import preactHooks from "preact/hooks" with { type: "text" };
import uplot from "uplot/dist/uPlot.esm.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { createHash } from "node:crypto";
import { contentSecurityPolicy } from "./answers.ts";

/** A file as it is served. */
export interface Asset {
  /** Its bytes or text. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Content type. */
  readonly type: string;
  /** Changes whenever the body does. */
  readonly etag: string;
}

/** All files, by their path under `/dashboard/`. */
export interface Assets {
  /** The page itself. */
  readonly index: Asset;
  /** Its content-security policy. */
  readonly policy: string;
  /** Modules, style sheets and icons. */
  readonly files: ReadonlyMap<string, Asset>;
}

const PAGE_FOLDER = new URL("../page/", import.meta.url);
const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
const TYPES: Readonly<Record<string, string>> = {
  js: SCRIPT,
  css: STYLE,
  html: "text/html; charset=utf-8",
  svg: "image/svg+xml",
};

/** Libraries by the names under which modules import them. */
const LIBRARIES: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "preact": ["library/preact.js", preact],
  "preact/hooks": ["library/preact_hooks.js", preactHooks],
  "htm": ["library/htm.js", htm],
  "htm/preact": ["library/htm_preact.js", htmPreact],
  "uplot": ["library/uplot.js", uplot],
};

function asset(body: Asset["body"], type: string): Asset {
  return { body, type, etag: `"${createHash("sha256").update(body).digest("base64url")}"` };
}

/** Reads the files of a folder and of those below it, by their paths from `page`. */
async function readFolder(prefix: string, files: Map<string, Asset>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(prefix, PAGE_FOLDER))) {
    const path = `${prefix}${name}`;
    if (isDirectory) {
      await readFolder(`${path}/`, files);
      continue;
    }
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
    if (type === undefined) continue;
    files.set(path, asset(await Deno.readFile(new URL(path, PAGE_FOLDER)), type));
  }
}

/** Fills in the page's import map, and the modules that a browser should fetch at once. */
function completeIndex(page: string, modules: readonly string[]): [text: string, digest: string] {
  const imports = Object.fromEntries(
    Object.entries(LIBRARIES).map(([name, [path]]) => [name, `/dashboard/${path}`]),
  );
  const map = JSON.stringify({ imports });
  const head = [
    `<script type="importmap">${map}</script>`,
    ...modules.map((path) => `<link rel="modulepreload" href="/dashboard/${path}" />`),
  ].join("\n    ");
  const digest = createHash("sha256").update(map).digest("base64");
  return [page.replace("<!-- modules -->", () => head), digest];
}

/**
 * Reads all files of the pages.
 *
 * @returns The files; they stay in memory, a few hundred kilobytes.
 */
export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, Asset>();
  await readFolder("./", files);
  const own = new Map([...files].map(([path, file]) => [path.slice(2), file]));
  const page = own.get("index.html");
  if (page === undefined) throw new Error("Cannot find the dashboard's page: no index.html");
  own.delete("index.html");
  for (const [path, text] of Object.values(LIBRARIES)) own.set(path, asset(text, SCRIPT));
  own.set("library/uplot.css", asset(uplotStyle, STYLE));
  const text = typeof page.body === "string" ? page.body : new TextDecoder().decode(page.body);
  const modules = [...own.keys()].filter((path) => path.endsWith(".js"));
  const [index, digest] = completeIndex(text, modules);
  return {
    index: asset(index, page.type),
    policy: contentSecurityPolicy(digest),
    files: own,
  };
}
