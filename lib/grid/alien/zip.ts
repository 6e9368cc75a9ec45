/**
 * ZIP archives, in which AliEn keeps a job's small files together (`OutputEntry.createZip`). The same
 * files give the same bytes, whenever they are packed.
 *
 * @module
 */
import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import type { Workspace } from "../../machine/workspace.ts";

/** Largest archive: the format without its extension for larger ones. */
const LARGEST_BYTES = 2 ** 32 - 1;
/** Level of compression; files of ROOT are compressed already and stored as they are. */
const LEVEL = 2;
const TIME = new Date(1980, 0, 1);

/**
 * Packs files.
 *
 * @param folder Folder that holds them.
 * @param directory Directory in it; member names are relative to it.
 * @param members The files.
 * @returns The archive, in chunks.
 * @throws {RangeError} When it would be over 4 GiB.
 */
export async function* zipFiles(
  folder: Workspace,
  directory: string,
  members: readonly string[],
): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    chunks.push(chunk);
  });
  let sizeBytes = 0;
  function* ready() {
    for (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > LARGEST_BYTES) {
        throw new RangeError("Cannot pack a ZIP archive of over 4 GiB");
      }
      yield chunk;
    }
    chunks = [];
  }
  for (const name of members) {
    const file = name.endsWith(".root")
      ? new ZipPassThrough(name)
      : new ZipDeflate(name, { level: LEVEL });
    file.mtime = TIME;
    zip.add(file);
    for await (const chunk of folder.read(`${directory}/${name}`)) {
      file.push(chunk);
      yield* ready();
    }
    file.push(new Uint8Array(0), true);
    yield* ready();
  }
  zip.end();
  yield* ready();
}
