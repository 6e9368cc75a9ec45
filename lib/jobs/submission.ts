/**
 * Submitting jobs: input files into the folder shared with the Chirp server, then the job into the
 * queue, as the original's `copilot-job-submit` does.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join, normalize } from "@std/path";
import { safeRelativePath } from "../machine/safe_path.ts";
import type { Workspace } from "../machine/workspace.ts";
import type { Job } from "../protocol/job.ts";
import { type Random, randomUuid, systemRandom } from "../random.ts";
import { makeInputDirectory } from "./chirp_folder.ts";
import type { JobStore, SubmitOptions } from "./job_store.ts";
import { copyLocal, existsLocal, listLocal } from "./local_files.ts";
import { RedisError } from "./redis_calls.ts";

/** A job to be submitted; texts default to `""`. */
export interface Submission extends SubmitOptions {
  /** The program: a local file, or a command that agents have. */
  readonly command: string;
  /** Arguments, as shell text. */
  readonly arguments?: string | undefined;
  /** Local files or directories beside the command. Default: none. */
  readonly inputFiles?: readonly string[] | undefined;
  /** Shell text that sets environment variables. */
  readonly environment?: string | undefined;
  /** Packages as `VO@NAME::VERSION`, parted by blanks. */
  readonly packages?: string | undefined;
  /** Number of equal jobs; they share one input directory. Default: 1. */
  readonly number?: number | undefined;
}

/** Where jobs are submitted to. */
export interface SubmissionSite {
  /** Queue that the jobs go into. */
  readonly store: JobStore;
  /** Folder shared with the Chirp server. */
  readonly chirpFolder: Workspace;
  /** Address of the Chirp server as agents reach it. */
  readonly chirpAddress: string;
  /** Source of the ids. Default: the machine's. */
  readonly random?: Random | undefined;
}

/**
 * Submits jobs.
 *
 * @param submission What is to be run.
 * @param site Where.
 * @returns Ids of the jobs; for a known key those of the first submit.
 * @throws {Deno.errors.NotFound} When an input file is missing.
 * @throws {RangeError} When the job cannot be described.
 */
export async function submitJobs(
  submission: Submission,
  site: SubmissionSite,
): Promise<readonly string[]> {
  const random = site.random ?? systemRandom;
  const ids = Array.from({ length: submission.number ?? 1 }, () => randomUuid(random));
  const inputDir = `${ids[0]}.input`;
  const submitted: string[] = [];
  // True once a job refers to the input directory, or may do so: an answer of the queue can be lost.
  let needed = false;
  try {
    const placed = await placeInput(submission, inputDir, site);
    for (const [index, id] of ids.entries()) {
      const { job, options } = describe(submission, id, index, { inputDir, ...placed }, site);
      const { id: known, created } = await site.store.submit(job, options).catch((error) => {
        needed ||= error instanceof RedisError;
        throw error;
      });
      submitted.push(known);
      needed ||= created;
    }
  } finally {
    if (!needed) await site.chirpFolder.remove(inputDir);
  }
  return submitted;
}

/** Where the input of some jobs is. */
interface PlacedInput {
  readonly inputDir: string;
  /** Names of command and files as agents see them. */
  readonly command: string;
  readonly inputFiles: readonly string[];
}

/** Describes one of a number of equal jobs; each has a key of its own. */
function describe(
  submission: Submission,
  id: string,
  index: number,
  input: PlacedInput,
  { chirpAddress }: SubmissionSite,
): { readonly job: Job; readonly options: SubmitOptions } {
  const { number = 1, key, validationScript } = submission;
  return {
    job: {
      id,
      chirpUrl: chirpAddress,
      ...input,
      arguments: submission.arguments ?? "",
      environment: submission.environment ?? "",
      packages: submission.packages ?? "",
    },
    options: {
      ...submission,
      key: key === undefined || number === 1 ? key : `${key}#${index}`,
      validationScript: validationScript === undefined ? undefined : remoteName(validationScript),
    },
  };
}

/** Fills the input directory; returns the names of command and files as agents see them. */
async function placeInput(
  submission: Submission,
  inputDir: string,
  { chirpFolder }: SubmissionSite,
): Promise<Omit<PlacedInput, "inputDir">> {
  const { command, inputFiles = [], validationScript } = submission;
  const isLocal = await existsLocal(command);
  const commandName = isLocal ? safeRelativePath(basename(normalize(command))) : command;
  const places = new Map<string, string>();
  for (
    const local of [...inputFiles, ...validationScript === undefined ? [] : [validationScript]]
  ) {
    places.set(remoteName(local), local);
  }
  if (isLocal) {
    // The command stands last, as in the original.
    places.delete(commandName);
    places.set(commandName, command);
  }
  await makeInputDirectory(chirpFolder, inputDir);
  for (const [name, local] of places) await place(local, `${inputDir}/${name}`, chirpFolder);
  return { command: commandName, inputFiles: [...places.keys()] };
}

/** Copies a file, or a directory with all below it; each directory gets its access list. */
async function place(local: string, name: string, chirpFolder: Workspace): Promise<void> {
  await makeInputDirectory(chirpFolder, dirname(name));
  for (const { below, isDirectory } of await listLocal(local)) {
    const to = below === "" ? name : `${name}/${below}`;
    if (isDirectory) await makeInputDirectory(chirpFolder, to);
    else await copyLocal(below === "" ? local : join(local, below), chirpFolder.path(to));
  }
}

/** A path below the current directory keeps its folders; any other is known by its last name. */
function remoteName(local: string): string {
  const path = normalize(local);
  const inside = !isAbsolute(path) && !path.startsWith("..");
  return safeRelativePath(inside ? path : basename(path));
}
