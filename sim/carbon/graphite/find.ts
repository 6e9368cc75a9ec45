/**
 * Graphite's `/metrics/find`.
 *
 * @module
 */

import type { SeriesStore } from "../series_store.ts";
import type { TreeNode } from "../series_tree.ts";
import { find } from "./render.ts";
import { RequestError } from "./request_error.ts";

/** Most places of an answer. */
const MOST_FOUND = 100_000;

/**
 * Answers a request.
 *
 * @param store The series.
 * @param query `query`, a pattern, and `format`: `treejson` (the default) or `json`.
 * @returns The JSON text.
 * @throws {RequestError} When the request is wrong.
 */
export function findMetrics(store: SeriesStore, query: URLSearchParams): string {
  const pattern = query.get("query");
  if (pattern === null) throw new RequestError("Missing required parameter 'query'");
  if (pattern === "") throw new RequestError("Required parameter 'query' is empty");
  const nodes = find(store, pattern);
  if (nodes.length > MOST_FOUND) throw new RequestError(`More than ${MOST_FOUND} matches`);
  switch (query.get("format") ?? "treejson") {
    case "treejson":
      return JSON.stringify(treeOf(nodes, pattern, /^[1-9]/.test(query.get("wildcards") ?? "")));
    case "json":
      return JSON.stringify(nodes.flatMap(listed));
    default:
      throw new RequestError("Invalid value for 'format' parameter");
  }
}

interface TreeEntry {
  readonly text: string;
  readonly id: string;
  readonly allowChildren: 0 | 1;
  readonly expandable: 0 | 1;
  readonly leaf: 0 | 1;
}

/** One entry a name, branches first; of a name that is both, the branch. */
function treeOf(nodes: readonly TreeNode[], pattern: string, hasWildcard: boolean): TreeEntry[] {
  const base = pattern.slice(0, pattern.lastIndexOf(".") + 1);
  const isBranch = new Map<string, boolean>();
  for (const { name, children } of nodes) {
    isBranch.set(name, children.size > 0 || (isBranch.get(name) ?? false));
  }
  const names = [...isBranch.keys()].sort();
  const sorted = [
    ...names.filter((name) => isBranch.get(name)),
    ...names.filter((name) => !isBranch.get(name)),
  ];
  const found = sorted.map((name) => entryOf(name, base, isBranch.get(name) ?? false));
  if (!hasWildcard || nodes.length < 2) return found;
  return [entryOf("*", base, [...isBranch.values()].includes(true)), ...found];
}

function entryOf(name: string, base: string, isBranch: boolean): TreeEntry {
  const branch = isBranch ? 1 : 0;
  const leaf = isBranch ? 0 : 1;
  return { text: name, id: `${base}${name}`, allowChildren: branch, expandable: branch, leaf };
}

function listed({ path, series, children }: TreeNode): { path: string; is_leaf: boolean }[] {
  return [
    ...(children.size > 0 ? [{ path, is_leaf: false }] : []),
    ...(series === undefined ? [] : [{ path, is_leaf: true }]),
  ];
}
