/**
 * The seam to where output of PanDA's jobs goes: Rucio and its storage, reached by their own interfaces
 * (`RucioStore`) or by a site's commands (`CommandStore`).
 *
 * @module
 */
import type { Workspace } from "../../machine/workspace.ts";
import type { GridCallOptions } from "../adapter.ts";
import type { FileFacts } from "./checksums.ts";

/** A file to be stored. */
export interface OutputFile extends FileFacts {
  /** Its logical name: no path, no way out of a folder. */
  readonly lfn: string;
  /** 32 hexadecimal digits. */
  readonly guid: string;
}

/** Where a file's content is. */
export interface OutputSource {
  /** Opens it; called at most once. */
  readonly content: () => AsyncIterable<Uint8Array>;
  /** Folder for a copy, where a program needs a file. */
  readonly folder: Workspace;
  /** Directory of such copies in it: only this job's, and gone once the call has ended. */
  readonly directory: string;
}

/** A storage with its catalogue. */
export interface OutputStore {
  /**
   * Uploads and registers a file, and puts it into a dataset; once, however often called.
   *
   * @param dataset The dataset, with or without its scope; made where it is missing.
   * @param file The file.
   * @param source Its content.
   * @throws {GridError} When a step fails; for good, when the catalogue has another file of this name.
   */
  store(
    dataset: string,
    file: OutputFile,
    source: OutputSource,
    options?: GridCallOptions,
  ): Promise<void>;
}
