/**
 * Where the output of a load test's jobs goes.
 *
 * @module
 */
import type { FileTransfer } from "../../lib/chirp/file_transfer.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { NO_DISK } from "../world/disk.ts";
import { NO_FILES } from "../world/file_server.ts";
import type { JobWords } from "./load_jobs.ts";

/** A place for output. */
export interface FilePlace {
  /** Address of the file server, as agents are told it. */
  readonly address: string;
  /** What a manager is given. */
  ofManager(): {
    readonly chirpFolder: Workspace;
    readonly doneFolder: Workspace | undefined;
  };
  /** What agents are given. */
  ofAgents(jobs: JobWords): {
    readonly openTransfer: (address: string) => FileTransfer;
    readonly workspace: () => Workspace;
    readonly writeOutput?: (directory: string, bytes: number) => Promise<void>;
  };
}

/** No place: nothing is kept, and managers ask for nothing. */
export const NO_PLACE: FilePlace = {
  address: "chirp.load.test:9094",
  ofManager: () => ({ chirpFolder: NO_DISK, doneFolder: undefined }),
  ofAgents: () => ({ openTransfer: () => NO_FILES, workspace: () => NO_DISK }),
};
