/**
 * What the catalogue keeps of a file's content.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { CatalogueFile } from "./catalogue.ts";
import type { SiteFile } from "./storage.ts";

/** Measures a file. @throws {Deno.errors.NotFound} When there is none. */
export async function digestFile({ folder, path }: SiteFile): Promise<CatalogueFile> {
  const hash = createHash("md5");
  let sizeBytes = 0;
  for await (const chunk of folder.read(path)) {
    sizeBytes += chunk.length;
    hash.update(chunk);
  }
  return { sizeBytes, md5: hash.digest("hex") };
}

/** True where two descriptions may be of the same content; an unknown sum is like any other. */
export function isSameContent(left: CatalogueFile, right: CatalogueFile): boolean {
  return left.sizeBytes === right.sizeBytes &&
    (left.md5 === "" || right.md5 === "" || left.md5 === right.md5);
}
