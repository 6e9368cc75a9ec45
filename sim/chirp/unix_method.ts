/**
 * The method `unix`: the client makes a file of a name that the server chose, and the file's owner is
 * the client. Works where both sides see the same folder.
 *
 * @module
 */

import { sleep } from "../../lib/clock.ts";
import { randomHex } from "../../lib/random.ts";
import type { AuthenticationContext, Proof } from "./identity_dialogue.ts";

/** How often the server looks for the client's file. */
const MOST_LOOKS = 50;

/** Wait between two looks in milliseconds. */
const LOOK_AGAIN_MS = 100;

/** Digits of the file's name; nobody guesses it, unlike the numbers of chirp_server. */
const NAME_DIGITS = 32;

/**
 * Speaks the dialogue of `unix`.
 *
 * @param context The connection and the folder for the file.
 * @returns The owner's name in the system's list of users; `undefined` when the client made no file.
 */
export async function authenticateByUnix(
  context: AuthenticationContext,
): Promise<Proof | undefined> {
  const { reader, writer, random, challengeFolder } = context;
  const path = `${challengeFolder}/challenge.${randomHex(random, NAME_DIGITS)}`;
  writer.line(path);
  await writer.flush();
  if (await reader.line() !== "yes") return undefined;
  try {
    const owner = await ownerOf(path, context);
    const subject = owner === undefined ? undefined : nameOfUser(owner);
    writer.line(subject === undefined ? "no" : "yes");
    return subject === undefined ? undefined : { subject };
  } finally {
    removeIfThere(path);
  }
}

/**
 * Finds the name of a user.
 *
 * @param userId The user's number.
 * @returns The name in `/etc/passwd`; `undefined` where there is none.
 */
export function nameOfUser(userId: number): string | undefined {
  for (const line of Deno.readTextFileSync("/etc/passwd").split("\n")) {
    const [name, , number] = line.split(":");
    if (number === String(userId)) return name;
  }
  return undefined;
}

/** Owner of the client's file. A link, or a file with another name, could be somebody else's. */
async function ownerOf(
  path: string,
  { clock, signal }: AuthenticationContext,
): Promise<number | undefined> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    try {
      const info = Deno.lstatSync(path);
      return info.isFile && info.nlink === 1 ? info.uid ?? undefined : undefined;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await sleep(clock, LOOK_AGAIN_MS, { signal });
  }
  return undefined;
}

/** Both sides remove the file; the client may have been first. */
function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    const allowed = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied;
    if (!allowed) throw error;
  }
}
