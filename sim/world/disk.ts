/**
 * Disks of a world's processes: whole trees in memory whose archives hold one file alone, since packing
 * thousands of them for nothing would take most of the time; and no disk at all for worlds without files.
 *
 * @module
 */
import type { Workspace } from "../../lib/machine/workspace.ts";
import { MemoryWorkspace } from "../machine/memory_workspace.ts";

/** A disk whose archives hold a job's standard output. */
export class WorldDisk extends MemoryWorkspace {
  /** Packs the file `stdout` of a directory. */
  override async pack(directory: string, archive: string): Promise<number> {
    const text = await this.readText(`${directory}/stdout`);
    await this.writeText(archive, text);
    return text.length;
  }
}

const nothing = () => Promise.resolve();

/** A disk that takes everything and keeps nothing. */
export const NO_DISK: Workspace = {
  path: (relativePath) => `/dev/null/${relativePath}`,
  makeDirectory: nothing,
  remove: nothing,
  move: nothing,
  moveTo: nothing,
  writeText: nothing,
  readText: (relativePath) =>
    Promise.reject(new Deno.errors.NotFound(`Cannot find ${relativePath}`)),
  write: nothing,
  async *read(relativePath) {
    yield await Promise.reject(new Deno.errors.NotFound(`Cannot find ${relativePath}`));
  },
  exists: () => Promise.resolve(false),
  size: (relativePath) => Promise.reject(new Deno.errors.NotFound(`Cannot find ${relativePath}`)),
  setMode: nothing,
  list: () => Promise.resolve([]),
  pack: () => Promise.resolve(0),
  unpack: nothing,
  async *members() {},
};
