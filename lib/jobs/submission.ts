/**
 * Submitting jobs: input files into the folder shared with the Chirp server, then the job into the
 * queue, as the original's `copilot-job-submit` does.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join, normalize } from "@std/path";
import { safeRelativePath } from "../machine/safe_path.ts";
import type { Workspace } from "../machine/workspace.ts";
import { type Random, randomUuid, systemRandom } from "../random.ts";
import { makeInputDirectory } from "./chirp_folder.ts";
import type { JobStore, SubmitOptions } from "./job_store.ts";
import { copyLocal, existsLocal, listLocal } from "./local_files.ts";

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
  readonly store: JobStore;
  /** Folder shared with the Chirp server. */
  readonly chirpFolder: Workspace;
  /** Address of the Chirp server as agents reach it. */
  readonly chirpAddress: string;
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
  const { number = 1, key } = submission;
  const ids = Array.from({ length: number }, () => randomUuid(random));
  const inputDir = `${ids[0]}.input`;
  const { command, inputFiles } = await placeInput(submission, inputDir, site);
  const validationScript = submission.validationScript === undefined
    ? undefined
    : remoteName(submission.validationScript);
  const submitted: string[] = [];
  let created = false;
  for (const [index, id] of ids.entries()) {
    const job = {
      id,
      chirpUrl: site.chirpAddress,
      inputDir,
      inputFiles,
      command,
      arguments: submission.arguments ?? "",
      environment: submission.environment ?? "",
      packages: submission.packages ?? "",
    };
    const ownKey = key === undefined || number === 1 ? key : `${key}#${index}`;
    const options = { ...submission, key: ownKey, validationScript };
    const result = await site.store.submit(job, options);
    submitted.push(result.id);
    created ||= result.created;
  }
  // Every job was there already, with the input directory of its first submit.
  if (!created) await site.chirpFolder.remove(inputDir);
  return submitted;
}

/** Fills the input directory; returns the names of command and files as agents see them. */
async function placeInput(
  submission: Submission,
  inputDir: string,
  { chirpFolder }: SubmissionSite,
): Promise<{ readonly command: string; readonly inputFiles: readonly string[] }> {
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
