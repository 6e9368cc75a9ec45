/** Readers with one defect each, to see that it is found. */
import { decodeValue } from "../../lib/protocol/value.ts";
import { encodedValues } from "./corpus.ts";
import type { Target } from "./target.ts";

function broken(name: string, run: (text: string) => unknown): Target {
  return { name, corpus: encodedValues, refusals: [SyntaxError], run };
}

/** The readers, by what is wrong with them. */
export const TARGETS: readonly Target[] = [
  broken("wrong-class", (text) => {
    // The decoder without its second, forgiving way.
    if (text.includes("#")) throw new TypeError(`Cannot read ${text}`);
    return decodeValue(text);
  }),
  broken("long-message", (text) => {
    if (text.includes("=")) throw new SyntaxError(`Cannot read ${text.repeat(10)}`);
  }),
  broken("deep-recursion", (text) => {
    const descend = (depth: number): number => depth === 0 ? 0 : 1 + descend(depth - 1);
    return descend(text.length * 100);
  }),
  broken("large-result", (text) => text.length > 500 ? "x".repeat(text.length * 200) : text),
  broken("no-error", (text) => {
    if (text.includes("\0")) throw text;
  }),
  broken("hang", (text) => {
    while (text.includes(";"));
  }),
];
