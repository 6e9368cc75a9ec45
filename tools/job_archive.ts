/**
 * Reading one file of a job's archive.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { unpackMembers } from "../lib/machine/archive.ts";

/**
 * Reads a member of an archive, streaming.
 *
 * @param archive Path of the archive.
 * @param name The member, such as `stdout`.
 * @param take Is given its bytes, chunk by chunk.
 * @returns False where there is no such file.
 * @throws {ArchiveError} When the archive is damaged.
 */
export async function readMember(
  archive: string,
  name: string,
  take: (chunk: Uint8Array) => Promise<void> | void,
): Promise<boolean> {
  const compressed = createReadStream(archive);
  const bytes = createGunzip();
  compressed.on("error", (error) => bytes.destroy(error)).pipe(bytes);
  try {
    for await (const member of unpackMembers(bytes)) {
      if (member.path !== name || member.type !== "file") continue;
      for await (const chunk of member.content()) await take(chunk);
      return true;
    }
    return false;
  } finally {
    compressed.destroy();
    bytes.destroy();
  }
}
