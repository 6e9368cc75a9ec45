/** README.md and the pages of docs/ say what the code does. */
import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { configurationTables } from "./_configuration_page.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const README = join(ROOT, "README.md");
const CONFIGURATION = join(ROOT, "docs/configuration.md");

/** `UPDATE_DOCS=1 deno test -A test/readme_test.ts` writes the tables anew. */
const UPDATE = Deno.env.get("UPDATE_DOCS") === "1";

/** Without the blanks that align columns. */
function unaligned(text: string): string {
  return text.replace(/ {2,}/g, " ").replace(/-{3,}/g, "---");
}

/** README.md and the pages. */
async function pages(): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(join(ROOT, "docs")))).map(({ name }) => name);
  return [README, ...names.sort().map((name) => join(ROOT, "docs", name))];
}

Deno.test("docs/configuration.md lists every variable of every component as declared", async () => {
  const text = await Deno.readTextFile(CONFIGURATION);
  let expected = text;
  for (const [name, table] of configurationTables()) {
    const place = new RegExp(`<!-- table: ${name} -->\n[^]*?<!-- end -->`);
    assert(place.test(text), `No place for a table: ${name}`);
    expected = expected.replace(place, () => `<!-- table: ${name} -->\n\n${table}\n<!-- end -->`);
  }
  if (UPDATE) await Deno.writeTextFile(CONFIGURATION, expected);
  else assertEquals(unaligned(text), unaligned(expected));
});

Deno.test("README.md names every task that deno.json has", async () => {
  const text = await Deno.readTextFile(README);
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const missing = Object.keys(tasks).filter((task) => !text.includes(`task ${task}`));
  assertEquals(missing, []);
});

/** What a heading is called in an address: as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

async function anchorsOf(path: string): Promise<string[]> {
  if (!path.endsWith(".md")) return [];
  const text = (await Deno.readTextFile(path)).replace(/^```[^]*?^```/gm, "");
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => anchorOf(heading));
}

/** A link's fault, or nothing. */
async function brokenLink(page: string, target: string): Promise<string | undefined> {
  const [file = "", anchor] = target.split("#", 2);
  const path = file === "" ? page : join(dirname(page), file);
  try {
    await Deno.stat(path);
  } catch {
    return `${page}: no such file: ${target}`;
  }
  if (anchor === undefined || (await anchorsOf(path)).includes(anchor)) return undefined;
  return `${page}: no such heading: ${target}`;
}

Deno.test("links between pages, and from them into the tree, lead somewhere", async () => {
  const links: Promise<string | undefined>[] = [];
  for (const page of await pages()) {
    const text = await Deno.readTextFile(page);
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (!/^[a-z]+:/.test(target)) links.push(brokenLink(page, target));
    }
  }
  assert(links.length > 0);
  assertEquals((await Promise.all(links)).filter((fault) => fault !== undefined), []);
});
