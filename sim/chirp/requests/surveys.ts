/**
 * Requests that walk through whole trees: audit and search.
 *
 * @module
 */

import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { grants } from "../../../lib/chirp/acl.ts";
import { bytesOfName } from "../../../lib/chirp/names.ts";
import { formatStat } from "../../../lib/chirp/stat.ts";
import { foldPath } from "../../../lib/chirp/wire.ts";
import { HIDDEN_PREFIX, readAcl } from "../access.ts";
import { ChirpFailure, codeOf } from "../failure.ts";
import { matchesPath } from "../path_pattern.ts";
import { isDirectory } from "../resolve.ts";
import type { Session } from "../session.ts";
import { childOf, nameOf, parentOf } from "../storage.ts";
import { walkTree } from "../tree.ts";
import { statOf } from "./metadata.ts";
import { decodeWord, request, type RequestTable } from "./request.ts";

/** Flags of `search`. */
const STOP_AT_FIRST = 1;
const WITH_STATUS = 2;
const WITH_ROOT = 4;
const PERIODS = 8;

/** Where an error of `search` happened: while a directory was opened. */
const AT_OPEN = 1;

/** Errors of `search`, as the numbers of Linux. */
const NOT_PERMITTED = 1;
const NO_ENTRY = 2;
const NO_DIRECTORY = 20;

/** What one owner has in a tree. */
interface Account {
  files: number;
  directories: number;
  bytes: number;
}

/** Requests that walk through trees. */
export const surveyRequests: RequestTable = {
  audit: request(["path"], (session, path) => {
    const entry = session.find(path);
    if (!isDirectory(statOf(entry))) {
      throw new ChirpFailure(CHIRP_CODES.NOT_DIR, `Cannot audit file ${path}`);
    }
    session.access.demand(entry, "a");
    const accounts = accountsIn(session, entry.path);
    session.writer.line(accounts.size);
    for (const [owner, { files, directories, bytes }] of accounts) {
      session.writer.line(`${owner} ${files} ${directories} ${bytes}`);
    }
  }),

  search: request(["word", "word", "number"], async (session, patterns, roots, flags) => {
    const alternatives = patterns.split("|").map(decodeWord);
    session.writer.line(0);
    for (const root of roots.split("|")) {
      const found = await searchBelow(session, foldPath(decodeWord(root)), alternatives, flags);
      if (found && (flags & STOP_AT_FIRST) !== 0) break;
    }
    session.writer.line("");
  }),
};

/** Adds up by owner: the subject that a directory's list names first. */
function accountsIn(session: Session, root: string): Map<string, Account> {
  const { storage, server } = session;
  const accounts = new Map<string, Account>();
  const owners = new Map<string, string>();
  for (const { path, stat } of walkTree(storage, root)) {
    if (path !== root && nameOf(path).startsWith(HIDDEN_PREFIX)) continue;
    const own = isDirectory(stat);
    if (own) {
      const acl = readAcl(storage, path) ?? server.policy.defaultAcl;
      owners.set(path, acl?.[0]?.subject ?? "unknown");
    }
    const owner = owners.get(own ? path : parentOf(path)) ?? "unknown";
    const account = accounts.get(owner) ?? { files: 0, directories: 0, bytes: 0 };
    accounts.set(owner, account);
    if (own) account.directories++;
    else {
      account.files++;
      account.bytes += stat.sizeBytes;
    }
  }
  return accounts;
}

/** Puts the hits below one directory into the answer; tells whether there were any. */
async function searchBelow(
  session: Session,
  root: string,
  patterns: readonly string[],
  flags: number,
): Promise<boolean> {
  const { storage, access, writer } = session;
  const start = startOf(session, root);
  if (start === undefined) return false;
  let found = false;
  for (const pending = [start]; pending.length > 0;) {
    const directory = pending.pop() ?? start;
    if (!grants(access.rightsIn(directory), "l")) {
      writer.line(`${NOT_PERMITTED}:${AT_OPEN}:${wordOf(directory)}:`);
      continue;
    }
    for (const name of storage.names(directory)) {
      const path = childOf(directory, name);
      const stat = storage.lstat(path);
      if (stat === undefined || name.startsWith(HIDDEN_PREFIX) || name.includes("\n")) continue;
      if (isDirectory(stat)) pending.push(path);
      const below = start === "/" ? path : path.slice(start.length);
      if (!patterns.some((pattern) => matchesPath(pattern, below, (flags & PERIODS) !== 0))) {
        continue;
      }
      const shown = (flags & WITH_ROOT) !== 0 ? path : below;
      const status = (flags & WITH_STATUS) !== 0 ? formatStat(stat) : "";
      writer.line(`0:${wordOf(shown)}:${status}:`);
      found = true;
      if ((flags & STOP_AT_FIRST) !== 0) return true;
    }
    if (writer.full) await writer.flush();
  }
  return found;
}

/** The directory to begin with; `undefined` once an error has been put into the answer. */
function startOf(session: Session, root: string): string | undefined {
  try {
    const entry = session.find(root, { garbled: true });
    if (isDirectory(statOf(entry))) return entry.path;
    session.writer.line(`${NO_DIRECTORY}:${AT_OPEN}:${wordOf(root)}:`);
  } catch (error) {
    const number = codeOf(error) === CHIRP_CODES.DOESNT_EXIST ? NO_ENTRY : NO_DIRECTORY;
    session.writer.line(`${number}:${AT_OPEN}:${wordOf(root)}:`);
  }
  return undefined;
}

/** A path as raw bytes, one character a byte. */
function wordOf(path: string): string {
  return String.fromCharCode(...bytesOfName(path));
}
