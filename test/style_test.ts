/**
 * Rules of style that no linter of the day keeps: length of files and functions, time and chance
 * only through their seams, nothing of one machine.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { lineOf, readSources, ROOT, type Source, visitSource } from "./_sources.ts";

/** Most lines of a file. */
const LONGEST_FILE = 400;
/** Most lines of a function, from its first line to its last. */
const LONGEST_FUNCTION = 70;

/** Rooms in which time and chance come through `lib/clock.ts` and `lib/random.ts`. */
const SEAMED_ROOMS = /^(lib|roles|sim)\/.*\.ts$/;
/** The seams themselves. */
const SEAMS = new Set(["lib/clock.ts", "lib/random.ts"]);
/** Calls that ask the system for time or chance. */
const FORBIDDEN_CALLS = new Set([
  "Date",
  "Date.now",
  "performance.now",
  "setTimeout",
  "setInterval",
  "AbortSignal.timeout",
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "Temporal.Now.instant",
]);
/** Modules, and names imported from them, that do the same. */
const FORBIDDEN_IMPORTS: ReadonlyMap<string, RegExp> = new Map([
  // setImmediate waits for no time: it only lets other work go first.
  ["node:timers", /^set(Timeout|Interval)$/],
  ["node:timers/promises", /^set(Timeout|Interval)$/],
  ["node:crypto", /^random/],
  ["@std/async", /^(delay|deadline|debounce|throttle|retry)$/],
]);

const FUNCTIONS = "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression";

function countLines(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

/**
 * Finds functions that are too long. Functions inside others count in full, except in tests: there
 * a function that registers a list of tests is as long as the list, so only its own lines count.
 */
function longFunctions(source: Source): string[] {
  const functions = visitSource(source, (report) => ({
    [FUNCTIONS]: (node: Deno.lint.Node) => report("", node),
  })).map(({ offset, end }) => ({
    first: lineOf(source.text, offset),
    last: lineOf(source.text, end - 1),
  }));
  const isTest = /^(test|bench)\//.test(source.path);
  return functions.flatMap(({ first, last }) => {
    const inner = new Set<number>();
    for (const other of isTest ? functions : []) {
      const isInside = other.first >= first && other.last <= last &&
        (other.first > first || other.last < last);
      for (let line = other.first; isInside && line <= other.last; line++) inner.add(line);
    }
    const lines = last - first + 1 - inner.size;
    return lines > LONGEST_FUNCTION ? [`${source.path}:${first} takes ${lines} lines`] : [];
  });
}

/** Name of what is called, such as `Date.now`; `globalThis` before it does not hide it. */
function calleeName(node: Deno.lint.Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.property.type !== "Identifier") return "";
  const object = calleeName(node.object);
  return object === "globalThis" ? node.property.name : `${object}.${node.property.name}`;
}

/** Finds calls and imports that ask the system for time or chance. */
function systemCalls(source: Source): string[] {
  return visitSource(source, (report) => ({
    CallExpression: (node) => {
      const name = calleeName(node.callee);
      if (FORBIDDEN_CALLS.has(name)) report(`${name}()`, node);
    },
    NewExpression: (node) => {
      if (calleeName(node.callee) === "Date" && node.arguments.length === 0) {
        report("new Date()", node);
      }
    },
    ImportSpecifier: (node) => {
      const { source: module } = node.parent as Deno.lint.ImportDeclaration;
      const name = node.imported.type === "Identifier" ? node.imported.name : "";
      if (FORBIDDEN_IMPORTS.get(module.value)?.test(name)) {
        report(`${name} from ${module.value}`, node);
      }
    },
  })).map(({ text, offset }) => `${source.path}:${lineOf(source.text, offset)} uses ${text}`);
}

const sources = await readSources(/\.(ts|js|css)$/);
const parsed = sources.filter(({ path }) => /\.(ts|js)$/.test(path));

Deno.test(`no file has more than ${LONGEST_FILE} lines`, () => {
  const long = sources.filter(({ text }) => countLines(text) > LONGEST_FILE)
    .map(({ path, text }) => `${path} has ${countLines(text)} lines`);
  assertEquals(long, []);
});

Deno.test(`no function has more than ${LONGEST_FUNCTION} lines`, () => {
  assertEquals(parsed.flatMap(longFunctions), []);
});

Deno.test("time and chance come through their seams", () => {
  const seamed = sources.filter(({ path }) => SEAMED_ROOMS.test(path) && !SEAMS.has(path));
  assertEquals(seamed.flatMap(systemCalls), []);
});

Deno.test("each module begins with what it is for", () => {
  const silent = sources.filter(({ path }) =>
    /^(lib|roles|sim|tools)\/.*\.ts$|^mod\.ts$/.test(path)
  )
    .filter(({ text }) => !/^(#![^\n]*\n)?\/\*\*[^]*?@module/.test(text)).map(({ path }) => path);
  assertEquals(silent, []);
});

Deno.test("nothing names a directory of one machine", async () => {
  const isForeign = ({ text }: Source) =>
    text.includes(ROOT) || /\/(home|Users)\/[\w.-]+\//.test(text);
  const texts = await readSources(/\.(ts|js|css|html|json|md|sh|toml|ya?ml)$|^[A-Z]+$/);
  assertEquals(texts.filter(isForeign).map(({ path }) => path), []);
});

Deno.test("there is no package.json, which would hide deno from tasks", async () => {
  assertEquals((await readSources(/(^|\/)package\.json$/)).map(({ path }) => path), []);
});

const inLib = (text: string): Source => ({ path: "lib/x.ts", text });

Deno.test("the rules notice a function that is too long", () => {
  const body = "  call();\n".repeat(LONGEST_FUNCTION - 1);
  assertEquals(longFunctions(inLib(`function f() {\n${body}}`)), ["lib/x.ts:1 takes 71 lines"]);
  assertEquals(longFunctions(inLib(`class C {\n  m() {\n${body}}\n}`)).length, 1);
  assertEquals(longFunctions(inLib(`const f = () => {\n${body.slice(10)}};`)), []);
  const suite = {
    path: "test/contract/x.ts",
    text: `function f() {\n  test(() => {\n${body}  });\n}`,
  };
  assertEquals(longFunctions(suite), ["test/contract/x.ts:2 takes 71 lines"]);
});

Deno.test("the rules notice every way to the system's time and chance", () => {
  const calls = [
    "Date.now()",
    "globalThis.Date.now()",
    "new Date()",
    "Date()",
    "setTimeout(f, 1)",
    "globalThis.setInterval(f, 1)",
    "Math.random()",
    "crypto.randomUUID()",
    "AbortSignal.timeout(5)",
  ];
  for (const call of calls) assertEquals(systemCalls(inLib(`${call};`)).length, 1, call);
  const modules = [
    'import { randomUUID } from "node:crypto"',
    'import { delay } from "@std/async"',
  ];
  for (const text of modules) assertEquals(systemCalls(inLib(text)).length, 1, text);
  const allowed = [
    "new Date(5)",
    "clock.now()",
    "Date.parse(text)",
    "// Date.now()",
    "'Date.now()'",
  ];
  for (const text of allowed) assertEquals(systemCalls(inLib(`${text};`)), [], text);
});
