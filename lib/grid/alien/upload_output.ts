/**
 * A job's output, from the archive that an agent brought to the grid's storage and catalogue.
 *
 * @module
 */
import type { Logger } from "../../log.ts";
import { ArchiveError } from "../../machine/archive.ts";
import { UnsafePathError, type Workspace } from "../../machine/workspace.ts";
import { type GridCallOptions, GridError, type JobOutput } from "../adapter.ts";
import type { AlienCatalogue, NewFile } from "./catalogue.ts";
import { digestFile, isSameContent } from "./file_digest.ts";
import { outputEntries, type OutputEntry } from "./output_entries.ts";
import type { AlienStorage, SiteFile } from "./storage.ts";
import { zipFiles } from "./zip.ts";

/** What {@linkcode uploadOutput} works with. */
export interface UploadTools {
  /** Where files are registered. */
  readonly catalogue: AlienCatalogue;
  /** Where their content goes. */
  readonly storage: AlienStorage;
  /** Told of replicas that could not be written. */
  readonly log: Logger;
}

/** Where output goes. */
export interface OutputTarget {
  /** The job. */
  readonly id: string;
  /** Entries of its JDL; see {@linkcode outputEntries}. */
  readonly entries: readonly string[];
  /** Directory in the catalogue. */
  readonly directory: string;
}

/**
 * Unpacks an archive, uploads what the JDL wants to keep, and registers it. A file that is registered
 * already is left as it is.
 *
 * @param output The archive.
 * @param target Where output goes.
 * @param tools Catalogue and storage.
 * @param how What can end the call early.
 * @throws {GridError} When a file cannot be stored at all.
 */
export async function uploadOutput(
  { folder, archive }: JobOutput,
  target: OutputTarget,
  tools: UploadTools,
  how: GridCallOptions,
): Promise<void> {
  const directory = `${target.id}.output`;
  await folder.remove(directory);
  await folder.makeDirectory(directory);
  try {
    await unpack(folder, archive, directory);
    const files = await regularFiles(folder, directory);
    const entries = entriesOf(target, files);
    if (entries.length === 0) return;
    await tools.catalogue.makeDirectory(target.directory, how);
    for (const entry of entries) {
      const file = { folder, path: `${directory}/${entry.name}` };
      if (entry.members !== undefined) {
        await folder.write(file.path, zipFiles(folder, directory, entry.members));
      }
      await storeFile(file, entry, target, tools, how);
    }
  } finally {
    await folder.remove(directory);
  }
}

async function unpack(folder: Workspace, archive: string, directory: string): Promise<void> {
  try {
    await folder.unpack(archive, directory);
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof UnsafePathError)) throw error;
    // It came from an agent, and will not become better.
    throw new GridError(error.message, { cause: error, transient: false });
  }
}

/** Names of the files on top of a directory. */
async function regularFiles(folder: Workspace, directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await folder.list(directory)) {
    try {
      await folder.size(`${directory}/${name}`);
      names.push(name);
    } catch {
      // A directory, or a link to nowhere.
    }
  }
  return names;
}

function entriesOf({ id, entries }: OutputTarget, files: readonly string[]): OutputEntry[] {
  try {
    return outputEntries(id, entries, files);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new GridError(error.message, { cause: error, transient: false });
  }
}

/** Stores one file: as many replicas as can be written, at least one. */
async function storeFile(
  from: SiteFile,
  { name, storage }: OutputEntry,
  { id, directory }: OutputTarget,
  tools: UploadTools,
  how: GridCallOptions,
): Promise<void> {
  const { catalogue, log } = tools;
  const content = await digestFile(from);
  // The catalogue takes no empty files (`JAliEnCommandcommit`); JAliEn leaves them out, too.
  if (content.sizeBytes === 0) return;
  const file: NewFile = { ...content, lfn: `${directory}/${name}`, job: id, storage };
  if (await isRegistered(file, catalogue, how)) return;
  const replicas = await catalogue.mayWrite(file, how);
  const failures: GridError[] = [];
  for (const replica of replicas) {
    try {
      await tools.storage.upload(from, replica, how);
      await catalogue.commit(file, replica, how);
    } catch (error) {
      if (!(error instanceof GridError)) throw error;
      log.warning(`Cannot store ${file.lfn} in ${replica.storage}: ${error.message}`);
      failures.push(error);
    }
  }
  if (failures.length < replicas.length) return;
  const reasons = failures.map(({ message }) => message).join("; ") || "no storage is offered";
  throw new GridError(`Cannot store ${file.lfn}: ${reasons}`, {
    transient: failures.length === 0 || failures.some(({ transient }) => transient),
  });
}

/** Looks whether an earlier call has come so far. */
async function isRegistered(
  file: NewFile,
  catalogue: AlienCatalogue,
  how: GridCallOptions,
): Promise<boolean> {
  const found = await catalogue.find(file.lfn, how);
  if (found === undefined) return false;
  if (isSameContent(found, file)) return true;
  throw new GridError(`Cannot store ${file.lfn}: it exists with another content`, {
    transient: false,
  });
}
