/**
 * The folder that a manager shares with its Chirp server (`JM_CHIRP_WORK_DIR`): input directories,
 * output directories and who may do what there.
 *
 * @module
 */
import type { Workspace } from "../machine/workspace.ts";

/** Mode of directories: the Chirp server runs as another user. */
const SHARED_DIRECTORY = 0o777;
/** Access list of a directory, as the Chirp server keeps it. */
const ACL_FILE = ".__acl";
const ADDRESS = /^[0-9a-fA-F.:]+$/;
/** Rights in an access list that make a directory one of input files. */
const INPUT_RIGHTS = /^(?:address|hostname):\* rlp?$/m;

/** Where an agent puts its output. */
export interface OutputPlace {
  /** Directory, relative to the folder. */
  readonly directory: string;
  /** The job's input directory, if it has one: where both are one, reading stays allowed. */
  readonly inputDir: string | undefined;
  /** The agent's address as the Chirp server sees it; `undefined` admits any. */
  readonly agentIp: string | undefined;
}

/**
 * Makes a directory for a job's input files: everyone may list and read it, as the original's.
 *
 * @param folder The shared folder.
 * @param directory Its name.
 */
export async function makeInputDirectory(folder: Workspace, directory: string): Promise<void> {
  await folder.makeDirectory(directory);
  await folder.setMode(directory, SHARED_DIRECTORY);
  await folder.writeText(`${directory}/${ACL_FILE}`, "address:* rl\nhostname:* rl\n");
}

/**
 * Makes a directory that takes output: files can be put there once and neither read nor replaced.
 * (The original's may be read and overwritten by everybody.)
 *
 * @param folder The shared folder.
 * @param place See {@linkcode OutputPlace}.
 */
export async function makeOutputDirectory(folder: Workspace, place: OutputPlace): Promise<void> {
  const { directory, inputDir, agentIp } = place;
  const isInput = directory === inputDir || await holdsInput(folder, directory);
  const rights = isInput ? "rlp" : "p";
  const known = agentIp !== undefined && ADDRESS.test(agentIp);
  const acl = known && !isInput
    ? `address:${agentIp} ${rights}\n`
    : `hostname:* ${rights}\naddress:* ${rights}\n`;
  await folder.makeDirectory(directory);
  await folder.setMode(directory, SHARED_DIRECTORY);
  await folder.writeText(`${directory}/${ACL_FILE}`, acl);
}

/** True for a directory that agents must go on reading, whichever job it was made for. */
async function holdsInput(folder: Workspace, directory: string): Promise<boolean> {
  const list = `${directory}/${ACL_FILE}`;
  return await folder.exists(list) && INPUT_RIGHTS.test(await folder.readText(list));
}

/**
 * Name of a job's archive.
 *
 * @param id The job.
 * @param upload Number of uploads before it that broke and left something behind. Default: 0.
 */
export function archiveName(id: string, upload = 0): string {
  return upload === 0 ? `${id}.tgz` : `${id}.${upload}.tgz`;
}

/** Name of the directory that belongs to one lease alone. */
export function leaseDirectory(id: string, token: number): string {
  return `${id}.${token}`;
}
