/**
 * Permission bits as the server keeps them: the owner can always read and write, whatever was asked.
 *
 * @module
 */

/** Bits that a client may choose: execution by the owner, and everything for the others. */
const CHOSEN = 0o177;

/** Bits of a new entry that stay, as under a umask of 077. */
const OWNER_ONLY = 0o700;

/** Permission bits of a new directory. */
export const DIRECTORY_MODE = 0o700;

/**
 * Finds the bits of a new file.
 *
 * @param mode What the client asked for.
 * @returns 0600, or 0700 for a program.
 */
export function newFileMode(mode: number): number {
  return fileMode(mode) & OWNER_ONLY;
}

/**
 * Finds the bits of a file whose mode a client changes.
 *
 * @param mode What the client asked for.
 * @returns The bits to set.
 */
export function fileMode(mode: number): number {
  return (mode & CHOSEN) | 0o600;
}

/**
 * Finds the bits of a directory whose mode a client changes.
 *
 * @param mode What the client asked for.
 * @returns The bits to set.
 */
export function directoryMode(mode: number): number {
  return (mode & CHOSEN) | 0o700;
}
