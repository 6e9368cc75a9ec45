/**
 * The project's own source files, and what their syntax trees say; for the tests of layering and
 * style.
 *
 * @module
 */

import { fromFileUrl, join, relative } from "@std/path";

/** The project's directory. */
export const ROOT = fromFileUrl(new URL("..", import.meta.url));

/** Folders that hold no source of ours. */
const SKIPPED = new Set([".git", ".tmp", "coverage", "fixtures", "node_modules", "vendor"]);

async function* walk(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory && !SKIPPED.has(name)) yield* walk(path);
    else if (isFile) yield relative(ROOT, path).replaceAll("\\", "/");
  }
}

/** A source file. */
export interface Source {
  /** Path from the project's directory, with forward slashes. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}

/**
 * Reads the project's files.
 *
 * @param pattern What their paths must match.
 * @returns The files, by path.
 */
export async function readSources(pattern: RegExp): Promise<Source[]> {
  const paths = (await Array.fromAsync(walk(ROOT))).filter((path) => pattern.test(path)).sort();
  return await Promise.all(
    paths.map(async (path) => ({ path, text: await Deno.readTextFile(join(ROOT, path)) })),
  );
}

/** Number of the line, from 1, on which a character of a text stands. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Something found in a file. */
export interface Finding {
  /** What was found. */
  readonly text: string;
  /** Where it begins, as an offset into the file's text. */
  readonly offset: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Visits the syntax tree of a file, as parsed by Deno's linter.
 *
 * @param source The file.
 * @param visitor Makes the visitor; it reports what it finds by the text and the node.
 * @returns What was reported, in the order of the file.
 */
export function visitSource(
  { path, text }: Source,
  visitor: (report: (text: string, node: Deno.lint.Node) => void) => Deno.lint.LintVisitor,
): Finding[] {
  const plugin: Deno.lint.Plugin = {
    name: "sources",
    rules: {
      visit: {
        create: (context) => visitor((message, node) => context.report({ message, node })),
      },
    },
  };
  return Deno.lint.runPlugin(plugin, path, text)
    .map(({ message, range: [offset, end] }) => ({ text: message, offset, end }))
    .sort((left, right) => left.offset - right.offset);
}
