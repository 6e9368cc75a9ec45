/**
 * How Rucio names data: identifiers of a scope and a name, and the paths that follow from them.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A data identifier. */
export interface Did {
  /** Part of the namespace, such as `user.alice`. */
  readonly scope: string;
  /** Name within the scope. */
  readonly name: string;
}

/**
 * Splits a name into scope and name, as Rucio does (`extract_scope_default` in `lib/rucio/common/utils.py`): what
 * stands before a colon is the scope; without one, it is the name's first part, or the first two of
 * names that begin with `user` or `group`.
 *
 * @param text Such as `user.alice:run1` or `user.alice.run1/`.
 * @returns The identifier, without a slash at its end.
 */
export function didOf(text: string): Did {
  const colon = text.indexOf(":");
  const name = (colon === -1 ? text : text.slice(colon + 1)).replace(/\/$/, "");
  if (colon !== -1) return { scope: text.slice(0, colon), name };
  const parts = name.split(".");
  return { scope: parts.slice(0, /^(?:user|group)/.test(name) ? 2 : 1).join("."), name };
}

/** How a storage element makes paths of names (`lib/rucio/rse/translation.py`). */
export const PATH_RULES: Readonly<Record<string, (did: Did) => string>> = {
  hash: ({ scope, name }) => {
    const hash = createHash("md5").update(`${scope}:${name}`).digest("hex");
    return `${folderOf(scope)}/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${name}`;
  },
  identity: ({ scope, name }) => `${folderOf(scope)}/${name}`,
};

function folderOf(scope: string): string {
  return /^(?:user|group)/.test(scope) ? scope.replaceAll(".", "/") : scope;
}
