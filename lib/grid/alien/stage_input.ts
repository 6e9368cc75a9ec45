/**
 * A job's input, from the grid's storage to where agents fetch it.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { Access, AlienCatalogue } from "./catalogue.ts";
import { digestFile, isSameContent } from "./file_digest.ts";
import type { AlienStorage, SiteFile } from "./storage.ts";

/** What {@linkcode stageInput} works with. */
export interface StagingTools {
  /** Where files are looked up. */
  readonly catalogue: AlienCatalogue;
  /** Where their content comes from. */
  readonly storage: AlienStorage;
}

/**
 * Fetches files. One that is there already, with the right content, is not fetched again.
 *
 * @param lfns The files.
 * @param directory Where they go; each under the last part of its name.
 * @param tools Catalogue and storage.
 * @param how What can end the call early.
 * @returns Their names there.
 * @throws {GridError} When one cannot be had, or two have the same name.
 */
export async function stageInput(
  lfns: readonly string[],
  directory: SiteFile,
  tools: StagingTools,
  how: GridCallOptions,
): Promise<string[]> {
  const names: string[] = [];
  for (const lfn of new Set(lfns)) {
    const name = nameOf(lfn);
    if (name === "" || names.includes(name)) {
      throw new GridError(`Cannot stage ${lfn}: no other input may be named ${name || "so"}`, {
        transient: false,
      });
    }
    names.push(name);
    const to = { folder: directory.folder, path: `${directory.path}/${name}` };
    await fetchFile(lfn, to, tools, how);
  }
  return names;
}

/** Last part of an LFN. */
export function nameOf(lfn: string): string {
  return lfn.slice(lfn.lastIndexOf("/") + 1);
}

/** Fetches a file from the first of its replicas that gives it. */
async function fetchFile(
  lfn: string,
  to: SiteFile,
  { catalogue, storage }: StagingTools,
  how: GridCallOptions,
): Promise<void> {
  const replicas = await catalogue.mayRead(lfn, how);
  const failures: GridError[] = [];
  for (const replica of replicas) {
    try {
      if (await isThere(to, replica)) return;
      await storage.download(replica, to, how);
      if (await isThere(to, replica)) return;
      throw new GridError(`${replica.storage} gave another content`, { transient: true });
    } catch (error) {
      if (!(error instanceof GridError)) throw error;
      failures.push(error);
    }
  }
  const reasons = failures.map(({ message }) => message).join("; ") || "it has no replicas";
  throw new GridError(`Cannot fetch ${lfn}: ${reasons}`, {
    transient: failures.some(({ transient }) => transient),
  });
}

async function isThere(file: SiteFile, { file: expected }: Access): Promise<boolean> {
  return await file.folder.exists(file.path) && isSameContent(await digestFile(file), expected);
}
