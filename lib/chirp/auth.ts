/**
 * How a client tells a server who it is: the methods `address`, `hostname` and `unix`.
 *
 * @module
 */

import { dirname } from "@std/path";
import type { ChirpConnection } from "./connection.ts";
import { ConnectionFailure } from "./failure.ts";
import { foldPath } from "./wire.ts";

/**
 * A way to authenticate: by the address the client comes from, by the name of that address, or by
 * creating a file that the server, on the same machine, names.
 */
export type ChirpAuthMethod = "address" | "hostname" | "unix";

/** Options of {@linkcode authenticate}. */
export interface AuthOptions {
  /** The methods to try, in order. */
  readonly methods: readonly ChirpAuthMethod[];
  /** The one directory where `unix` may create a file. */
  readonly challengeDir: string;
}

/**
 * Authenticates a fresh connection with the first method that the server accepts.
 *
 * @param connection The connection; nothing was sent on it.
 * @param options The methods.
 * @returns The identity that the server gives, such as `address:127.0.0.1`.
 * @throws {ConnectionFailure} `not-authenticated` where the server accepts none, or the connection's
 * own failure.
 */
export async function authenticate(
  connection: ChirpConnection,
  options: AuthOptions,
): Promise<string> {
  for (const method of options.methods) {
    await connection.sendLine(method);
    if (!(await readAgreement(connection))) continue;
    const accepted = method === "unix"
      ? await answerChallenge(connection, options.challengeDir)
      : await readAgreement(connection);
    if (!accepted) continue;
    return await readIdentity(connection);
  }
  throw new ConnectionFailure(
    "not-authenticated",
    `the server accepts none of ${options.methods.join(", ")}`,
  );
}

/** After a success the server repeats it and says under which method and name it knows the client. */
async function readIdentity(connection: ChirpConnection): Promise<string> {
  if (!(await readAgreement(connection))) {
    connection.outOfStep("the server took back an authentication");
  }
  const method = await connection.readLine();
  const subject = await connection.readLine();
  return `${method}:${subject}`;
}

async function readAgreement(connection: ChirpConnection): Promise<boolean> {
  const answer = await connection.readLine();
  if (answer === "yes") return true;
  if (answer === "no") return false;
  return connection.outOfStep(`the answer ${JSON.stringify(answer.slice(0, 80))} is no yes or no`);
}

/** Creates the file that the server names, if it is one that a server may ask for. */
async function answerChallenge(
  connection: ChirpConnection,
  challengeDir: string,
): Promise<boolean> {
  const path = await connection.readLine();
  const created = isChallengePath(path, challengeDir) && await createdEmpty(path);
  if (!created) {
    await connection.sendLine("no");
    return false;
  }
  try {
    await connection.sendLine("yes");
    return await readAgreement(connection);
  } finally {
    // The server removes the file too, and mostly is first.
    await Deno.remove(path).catch(() => {});
  }
}

/** A server must not make its clients create files anywhere but as challenges in the agreed directory. */
function isChallengePath(path: string, challengeDir: string): boolean {
  return foldPath(path) === path && dirname(path) === foldPath(challengeDir) &&
    /\/challenge\.[\w.-]+$/.test(path);
}

async function createdEmpty(path: string): Promise<boolean> {
  try {
    (await Deno.open(path, { write: true, createNew: true, mode: 0o600 })).close();
    return true;
  } catch {
    return false;
  }
}
