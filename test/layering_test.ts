/**
 * The floors of the house: a file imports only from its own floor or from one below.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { dirname, join, normalize } from "@std/path";
import { lineOf, readSources, type Source, visitSource } from "./_sources.ts";

/** Floors from the ground up. A name stands for the file, its `.ts` file and its folder. */
const FLOORS: readonly (readonly string[])[] = [
  ["lib/error_message", "lib/clock", "lib/random", "lib/in_flight"],
  ["lib/protocol", "lib/config", "lib/log"],
  ["lib/http", "lib/secure", "lib/chirp", "lib/machine", "lib/metrics", "lib/cli"],
  ["lib/jobs", "lib/messaging", "lib/trace", "lib/grid"],
  ["roles", "sim"],
  ["sim/world", "sim/load", "sim/sandbox"],
  ["tools", "mod"],
  ["test", "bench"],
];

/** Rooms on one floor that know nothing of each other. */
const APART: readonly (readonly [string, string])[] = [["roles", "sim"]];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

function isIn(path: string, room: string): boolean {
  return path === `${room}.ts` || path.startsWith(`${room}/`) || path.startsWith(`${room}.`);
}

/** Room of a file: the one with the longest name, so that `sim/world` wins over `sim`. */
function roomOf(path: string): string | undefined {
  return FLOORS.flat().filter((room) => isIn(path, room))
    .sort((left, right) => right.length - left.length)[0];
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function specifiersOf(source: Source) {
  return visitSource(source, (report) => ({
    "ImportDeclaration, ExportAllDeclaration, ExportNamedDeclaration, ImportExpression"(node) {
      const from = "source" in node ? node.source : null;
      if (from !== null && typeof from === "object" && from.type === "Literal") {
        report(String(from.value), from);
      }
    },
    TSImportType: (node) => {
      const { argument } = node;
      if (argument.type === "TSLiteralType" && argument.literal.type === "Literal") {
        report(String(argument.literal.value), node);
      }
    },
  }));
}

function importsOf(source: Source): Import[] {
  return specifiersOf(source).filter(({ text }) => text.startsWith(".")).map((found) => ({
    from: source.path,
    to: normalize(join(dirname(source.path), found.text)),
    line: lineOf(source.text, found.offset),
  })).filter(({ to }) => to.endsWith(".ts"));
}

const sources = await readSources(/\.ts$/);
const imports = sources.flatMap(importsOf);

function complaintAbout({ from, to, line }: Import): string | undefined {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  const where = `${from}:${line} imports ${to}`;
  if (fromRoom === undefined || toRoom === undefined) return `${where}, which stands on no floor`;
  if (floorOf(toRoom) > floorOf(fromRoom)) {
    return `${where}, up from the floor of ${fromRoom} to that of ${toRoom}`;
  }
  const isApart = APART.some(([left, right]) => {
    return (fromRoom === left && toRoom === right) || (fromRoom === right && toRoom === left);
  });
  return isApart ? `${where}, but ${fromRoom} and ${toRoom} stay apart` : undefined;
}

/** Finds circles by walking the imports depth first; each is given once, from its first file on. */
function findCircles(edges: readonly Import[]): string[] {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const { to } of targets.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) walk(path, []);
  return circles;
}

Deno.test("each file stands on a floor", () => {
  const homeless = sources.map(({ path }) => path)
    .filter((path) => roomOf(path) === undefined && !path.startsWith("types/"));
  assertEquals(homeless, []);
});

Deno.test("imports run down, and rooms apart stay so", () => {
  assertEquals(imports.map(complaintAbout).filter((complaint) => complaint !== undefined), []);
});

Deno.test("imports make no circles", () => {
  assertEquals(findCircles(imports), []);
});

Deno.test("imports name packages as the import map does", async () => {
  const config = await Deno.readTextFile(new URL("../deno.json", import.meta.url));
  const names = Object.keys(JSON.parse(config).imports);
  const isKnown = (specifier: string) =>
    /^(\.|node:)/.test(specifier) || names.some((name) => `${specifier}/`.startsWith(`${name}/`));
  const unknown = sources.flatMap((source) =>
    specifiersOf(source).filter(({ text }) => !isKnown(text))
      .map(({ text, offset }) => `${source.path}:${lineOf(source.text, offset)} imports ${text}`)
  );
  assertEquals(unknown, []);
});

Deno.test("the rules notice an import that runs up, across or in a circle", () => {
  const edge = (from: string, to: string): Import => ({ from, to, line: 1 });
  const isWrong = (from: string, to: string) => complaintAbout(edge(from, to)) !== undefined;
  assertEquals(isWrong("lib/config/load.ts", "lib/chirp/client.ts"), true);
  assertEquals(isWrong("lib/jobs/store.ts", "lib/chirp/client.ts"), false);
  assertEquals(isWrong("sim/redis/server.ts", "roles/agent.ts"), true);
  assertEquals(isWrong("roles/agent.ts", "sim/redis/server.ts"), true);
  assertEquals(isWrong("sim/redis/server.ts", "sim/world/world.ts"), true);
  assertEquals(isWrong("sim/world/world.ts", "roles/agent.ts"), false);
  assertEquals(isWrong("lib/clock.ts", "elsewhere/x.ts"), true);
  assertEquals(findCircles([edge("a", "b"), edge("b", "c"), edge("c", "b")]), ["b → c → b"]);
  assertEquals(findCircles([edge("a", "b"), edge("a", "c"), edge("b", "c")]), []);
});

Deno.test("the reader sees every kind of import", () => {
  const text = `import a from "./a.ts";
import type { B } from "./b.ts";
export * from "./c.ts";
export { d } from "./d.ts";
const e = await import("./e.ts");
type F = import("./f.ts").F;
export const text = 'import x from "./not_this.ts"';`;
  const found = importsOf({ path: "lib/x.ts", text }).map(({ to }) => to);
  assertEquals(found, ["a", "b", "c", "d", "e", "f"].map((name) => `lib/${name}.ts`));
});
