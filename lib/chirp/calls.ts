/**
 * The requests of the protocol that are one line and one short answer.
 *
 * @module
 */

import { formatRights, parseAcl, parseRights } from "./acl.ts";
import { type ChirpSpace, readCounted, readLines, readSpace, readStat } from "./answers.ts";
import type { ChirpConnection } from "./connection.ts";
import { type FileStatus, FileTransferError } from "./file_transfer.ts";
import { readlinkLine, readTarget, symlinkLine } from "./link_calls.ts";
import { requireSafeName } from "./local_tree.ts";
import { nameOfBytes } from "./names.ts";
import type { ChirpSession } from "./session.ts";
import { encodePath, fileStatusOf, foldPath } from "./wire.ts";

const LONGEST_IDENTITY = 1024;

const LONGEST_ACL_LINES = 10_000;
const LONGEST_DIGEST = 64;
const READ_RIGHTS = /^[rwldpaxv()]*$/;

/** How the answer of a call is read, behind its number. */
type AnswerReader<T> = (connection: ChirpConnection) => Promise<T>;

/** Short calls to a server; `ChirpClient` adds what moves files. */
export class ChirpCalls {
  readonly #session: ChirpSession;
  readonly #maxEntries: number;

  /**
   * Makes the calls available.
   *
   * @param session The connection and its queue.
   * @param maxEntries Most names that a listing may have.
   */
  constructor(session: ChirpSession, maxEntries: number) {
    this.#session = session;
    this.#maxEntries = maxEntries;
  }

  /** The server's name for this client, such as `address:127.0.0.1`. */
  whoami(): Promise<string> {
    return this.#ask("ask for the identity", () => `whoami ${LONGEST_IDENTITY}`, readText);
  }

  /** Looks at a path, following links. */
  async stat(remotePath: string): Promise<FileStatus> {
    const stat = await this.#ask(
      `stat ${remotePath}`,
      () => `stat ${encodePath(remotePath)}`,
      readAfterZero(readStat),
    );
    return fileStatusOf(stat);
  }

  /** Looks at a path; of a link, at the link itself. */
  async lstat(remotePath: string): Promise<FileStatus> {
    const stat = await this.#ask(
      `lstat ${remotePath}`,
      () => `lstat ${encodePath(remotePath)}`,
      readAfterZero(readStat),
    );
    return fileStatusOf(stat);
  }

  /** Names in a directory, without `.` and `..`, sorted. */
  async list(remotePath: string): Promise<string[]> {
    const lines = await this.#ask(
      `list ${remotePath}`,
      () => `getdir ${encodePath(remotePath)}`,
      readAfterZero((connection) => {
        connection.listings++;
        return readLines(connection, this.#maxEntries);
      }),
    );
    const names = lines.filter((name) => name !== "." && name !== "..");
    names.forEach(requireSafeName);
    return names.sort();
  }

  /** Makes a directory; one that exists is an error `already-exists`. */
  mkdir(remotePath: string): Promise<void> {
    return this.#tell(`make directory ${remotePath}`, () => `mkdir ${encodePath(remotePath)} 493`);
  }

  /** Removes a file, or a directory with all below it; what is missing is an error `not-found`. */
  async remove(remotePath: string): Promise<void> {
    const action = `remove ${remotePath}`;
    if (foldPath(remotePath) === "/") {
      // A server would obey, take its own access control list with the rest and be of no use any more.
      throw new FileTransferError(
        "invalid-request",
        `${this.#session.describe(action)}: it is the root`,
      );
    }
    await this.#tell(action, () => `rmall ${encodePath(remotePath)}`);
  }

  /** Removes a file or a link, never a directory. */
  unlink(remotePath: string): Promise<void> {
    return this.#tell(`unlink ${remotePath}`, () => `unlink ${encodePath(remotePath)}`);
  }

  /** Removes an empty directory. */
  rmdir(remotePath: string): Promise<void> {
    return this.#tell(`remove directory ${remotePath}`, () => `rmdir ${encodePath(remotePath)}`);
  }

  /** Renames a file or directory, replacing a file that stands at the new path. */
  rename(fromPath: string, toPath: string): Promise<void> {
    return this.#tell(
      `rename ${fromPath} to ${toPath}`,
      () => `rename ${encodePath(fromPath)} ${encodePath(toPath)}`,
    );
  }

  /** Where a link leads, as it was stored. */
  readlink(remotePath: string): Promise<string> {
    return this.#ask(
      `read link ${remotePath}`,
      () => readlinkLine(remotePath),
      readTarget,
    );
  }

  /** Makes a link; the protocol takes no target with blanks. */
  symlink(target: string, remotePath: string): Promise<void> {
    return this.#tell(`make link ${remotePath}`, () => symlinkLine(target, remotePath));
  }

  /** Sets the permissions; a server takes little more of them than the owner's right to execute. */
  chmod(remotePath: string, mode: number): Promise<void> {
    const line = () => `chmod ${encodePath(remotePath)} ${mode}`;
    return this.#ask(`change the mode of ${remotePath}`, line, readNothing);
  }

  /** Sets the times of the last read and the last change, which a server keeps to the second. */
  utime(remotePath: string, accessedMs: number, modifiedMs: number): Promise<void> {
    const seconds = [accessedMs, modifiedMs].map((timeMs) => Math.floor(timeMs / 1000)).join(" ");
    const line = () => `utime ${encodePath(remotePath)} ${seconds}`;
    return this.#ask(`set the times of ${remotePath}`, line, readNothing);
  }

  /** Cuts a file, or lengthens it with zeros. */
  truncate(remotePath: string, sizeBytes: number): Promise<void> {
    const line = () => `truncate ${encodePath(remotePath)} ${sizeBytes}`;
    return this.#ask(`truncate ${remotePath}`, line, readNothing);
  }

  /** The room on the file system of a directory. */
  statfs(remotePath: string): Promise<ChirpSpace> {
    const line = () => `statfs ${encodePath(remotePath)}`;
    return this.#ask(`ask for the space at ${remotePath}`, line, readAfterZero(readSpace));
  }

  /** The MD5 sum of a file, computed by the server, in lower-case hexadecimal digits. */
  async md5(remotePath: string): Promise<string> {
    const digest = await this.#ask(
      `sum up ${remotePath}`,
      () => `md5 ${encodePath(remotePath)}`,
      (connection) => readCounted(connection, LONGEST_DIGEST),
    );
    return digest.toHex();
  }

  /** The access control list of a directory: subject → rights, such as `address:*` → `rl`. */
  async getAcl(remotePath: string): Promise<Map<string, string>> {
    const lines = await this.#ask(
      `get the access control list of ${remotePath}`,
      () => `getacl ${encodePath(remotePath)}`,
      readAfterZero((connection) => readLines(connection, LONGEST_ACL_LINES)),
    );
    const rights = new Map<string, number>();
    for (const entry of parseAcl(lines.join("\n"))) {
      rights.set(entry.subject, (rights.get(entry.subject) ?? 0) | entry.rights);
    }
    return new Map([...rights].map(([subject, set]) => [subject, formatRights(set)]));
  }

  /** Sets one subject's rights in a directory; no rights (`""`) removes the subject. */
  setAcl(remotePath: string, subject: string, rights: string): Promise<void> {
    const line = () =>
      `setacl ${encodePath(remotePath)} ${subjectWord(subject)} ${rightsWord(rights)}`;
    return this.#ask(`set the rights of ${subject} in ${remotePath}`, line, readNothing);
  }

  /** Makes a directory the caller's alone: he gets the rights and `a`, nobody else any. */
  resetAcl(remotePath: string, rights: string): Promise<void> {
    const line = () => `resetacl ${encodePath(remotePath)} ${rightsWord(rights)}`;
    return this.#ask(`reset the access control list of ${remotePath}`, line, readNothing);
  }

  /** A call that changes nothing the second time: it may be repeated when its answer was lost. */
  #ask<T>(action: string, line: () => string, read: AnswerReader<T>): Promise<T> {
    return this.#call(action, line, read, true);
  }

  /** A call that would fail or do harm the second time. */
  #tell(action: string, line: () => string): Promise<void> {
    return this.#call(action, line, readNothing, false);
  }

  #call<T>(
    action: string,
    line: () => string,
    read: AnswerReader<T>,
    repeatable: boolean,
  ): Promise<T> {
    return this.#session.request({
      action,
      repeatable,
      run: async (connection) => {
        await connection.sendLine(line());
        return await read(connection);
      },
    });
  }
}

async function readText(connection: ChirpConnection): Promise<string> {
  return nameOfBytes(await readCounted(connection, LONGEST_IDENTITY));
}

async function readNothing(connection: ChirpConnection): Promise<void> {
  await connection.readResult();
}

function readAfterZero<T>(read: AnswerReader<T>): AnswerReader<T> {
  return async (connection) => {
    await connection.readResult();
    return await read(connection);
  };
}

function subjectWord(subject: string): string {
  if (!/^\S+$/.test(subject)) {
    throw new SyntaxError(`the protocol cannot carry the subject ${JSON.stringify(subject)}`);
  }
  return subject;
}

function rightsWord(rights: string): string {
  if (!READ_RIGHTS.test(rights)) {
    throw new SyntaxError(`${JSON.stringify(rights)} are no rights of rwldpaxv(...)`);
  }
  return parseRights(rights) === 0 ? "n" : rights;
}
