/**
 * Open connections in a file, so that a restart closes the documents of agents that went meanwhile.
 *
 * @module
 */
import type { OpenConnections } from "./options.ts";

/**
 * Keeps them in a file: a JSON object of UUIDs by full JID.
 *
 * @param path The file; made where missing.
 * @returns The keeper. A file that cannot be understood is as good as none.
 */
export function keptConnections(path: string): OpenConnections {
  return {
    async load() {
      try {
        return parseKept(await Deno.readTextFile(path));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return new Map();
        throw error;
      }
    },
    async save(open) {
      // A process that is killed while it writes must leave the old file whole.
      await Deno.writeTextFile(`${path}.new`, JSON.stringify(Object.fromEntries(open)));
      await Deno.rename(`${path}.new`, path);
    },
  };
}

function parseKept(text: string): Map<string, string> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    ),
  );
}
