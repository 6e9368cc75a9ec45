/**
 * All series by the parts of their paths.
 *
 * @module
 */

import { parsePathPattern, type PartPattern, PatternError } from "./path_pattern.ts";
import type { Series } from "./series.ts";

/** A place in the tree: a series, a branch with others below it, or both. */
export interface TreeNode {
  /** Last part of its path. */
  readonly name: string;
  /** Its path. */
  readonly path: string;
  /** What lies below, by name. */
  readonly children: ReadonlyMap<string, TreeNode>;
  /** The series of this path, where there is one. */
  readonly series: Series | undefined;
}

interface GrowingNode extends TreeNode {
  readonly children: Map<string, GrowingNode>;
  series: Series | undefined;
}

/** Most names that a search looks at. */
const MOST_LOOKS = 10_000_000;

/** The tree. */
export class SeriesTree {
  readonly #root: GrowingNode = { name: "", path: "", children: new Map(), series: undefined };

  /** Puts a series in its place. */
  add(series: Series): void {
    let node = this.#root;
    for (const name of series.path.split(".")) {
      let child = node.children.get(name);
      if (child === undefined) {
        const path = node === this.#root ? name : `${node.path}.${name}`;
        child = { name, path, children: new Map(), series: undefined };
        node.children.set(name, child);
      }
      node = child;
    }
    node.series = series;
  }

  /**
   * Finds places by a pattern; see {@linkcode parsePathPattern}.
   *
   * @param pattern The pattern.
   * @returns The places, sorted by path.
   * @throws {PatternError} When the pattern asks for too much.
   */
  find(pattern: string): TreeNode[] {
    let found = new Set<TreeNode>([this.#root]);
    let looks = 0;
    for (const part of parsePathPattern(pattern)) {
      const next = new Set<TreeNode>();
      for (const node of found) {
        for (const alternative of part) {
          looks += typeof alternative === "string" ? 1 : node.children.size;
          if (looks > MOST_LOOKS) {
            throw new PatternError(`More than ${MOST_LOOKS} names to look at`);
          }
          for (const child of childrenOf(node, alternative)) next.add(child);
        }
      }
      found = next;
    }
    return [...found].sort((one, other) => one.path < other.path ? -1 : 1);
  }
}

function childrenOf(node: TreeNode, pattern: PartPattern): TreeNode[] {
  if (typeof pattern === "string") {
    const child = node.children.get(pattern);
    return child === undefined ? [] : [child];
  }
  return [...node.children.values()].filter(({ name }) => pattern(name));
}
