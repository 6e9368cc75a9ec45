/**
 * The seam to storage elements: where a file's bytes go and come from.
 *
 * @module
 */
import type { Workspace } from "../../machine/workspace.ts";
import type { GridCallOptions } from "../adapter.ts";
import type { Access } from "./catalogue.ts";

/** A file at the site. */
export interface SiteFile {
  /** The folder that holds it. */
  readonly folder: Workspace;
  /** Path relative to the folder. */
  readonly path: string;
}

/** Moves files. A transfer that broke off may be made again. */
export interface AlienStorage {
  /** Writes a file to a storage element. @throws {GridError} */
  upload(from: SiteFile, to: Access, how?: GridCallOptions): Promise<void>;
  /** Reads a file from a storage element, whole or not at all. @throws {GridError} */
  download(from: Access, to: SiteFile, how?: GridCallOptions): Promise<void>;
}
