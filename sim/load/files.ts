/**
 * Where the output of a load test's jobs goes.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { connectChirp, parseChirpAddress } from "../../lib/chirp/mod.ts";
import type { FileTransfer } from "../../lib/chirp/file_transfer.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { seededRandom } from "../../lib/random.ts";
import { NO_DISK } from "../world/disk.ts";
import { NO_FILES } from "../world/file_server.ts";
import { type JobWords, LoadJobs } from "./load_jobs.ts";

/** A place for output in words, for a process of its own. */
export type FileWords =
  /** Nothing is kept, and managers ask for nothing. */
  | { readonly kind: "none" }
  /** Agents write into the managers' folder, as a file server that costs nothing would. */
  | { readonly kind: "folder"; readonly folders: Folders }
  /** Agents pack their output and bring it to a Chirp server. */
  | { readonly kind: "chirp"; readonly folders: Folders; readonly address: string };

/** Directories, all absolute. */
export interface Folders {
  /** `JM_CHIRP_WORK_DIR`. */
  readonly chirp: string;
  /** `JM_DONE_JOB_DIR`. */
  readonly done: string;
  /** `AGENT_WORK_DIR` of all agents. */
  readonly work: string;
}

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

/** Told to agents where no file server is. */
const NO_ADDRESS = "chirp.load.test:9094";

/**
 * Makes a place.
 *
 * @param words Which.
 * @returns The place; its directories must be there.
 */
export function filePlace(words: FileWords): FilePlace {
  if (words.kind === "none") {
    return {
      address: NO_ADDRESS,
      ofManager: () => ({ chirpFolder: NO_DISK, doneFolder: undefined }),
      ofAgents: () => ({ openTransfer: () => NO_FILES, workspace: () => NO_DISK }),
    };
  }
  const { chirp, done, work } = words.folders;
  const ofManager = () => ({ chirpFolder: diskWorkspace(chirp), doneFolder: diskWorkspace(done) });
  if (words.kind === "folder") {
    return {
      address: NO_ADDRESS,
      ofManager,
      ofAgents: (jobs) => {
        const transfer = folderTransfer(chirp, new LoadJobs(jobs));
        return { openTransfer: () => transfer, workspace: () => NO_DISK };
      },
    };
  }
  const workspace = diskWorkspace(work);
  return {
    address: words.address,
    ofManager,
    ofAgents: () => ({
      openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth: ["address"] }),
      workspace: () => workspace,
      writeOutput: (directory, bytes) =>
        Deno.writeFile(join(directory, "output"), randomBytes(bytes)),
    }),
  };
}

/** Takes files of a job's size straight into the managers' folder. */
function folderTransfer(folder: string, jobs: LoadJobs): FileTransfer {
  return {
    ...NO_FILES,
    put: async (localPath, remotePath) => {
      const number = jobs.numberAt(dirname(localPath));
      const bytes = number === undefined ? 0 : jobs.outputBytes(number);
      const isArchive = remotePath.endsWith(".tgz");
      await Deno.writeFile(join(folder, remotePath), new Uint8Array(isArchive ? bytes : 0));
    },
  };
}

/** Bytes that cannot be packed: jobs' outputs seldom can. */
function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return seededRandom(count).bytes(count);
}
