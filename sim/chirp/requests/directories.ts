/**
 * Requests that change the names in directories or list them: mkdir, rename, unlink, getdir and so on.
 *
 * @module
 */

import { type AclEntry, grants, reservedRights } from "../../../lib/chirp/acl.ts";
import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { bytesOfName, nameOfBytes } from "../../../lib/chirp/names.ts";
import { formatStat } from "../../../lib/chirp/stat.ts";
import { HIDDEN_PREFIX, readAcl, writeAcl } from "../access.ts";
import { ChirpFailure, codeOf, denied, invalid, missing } from "../failure.ts";
import { DIRECTORY_MODE } from "../modes.ts";
import { isDirectory, type Resolved } from "../resolve.ts";
import type { Session } from "../session.ts";
import { bytesOfLatin1 } from "../small_file.ts";
import { childOf, parentOf } from "../storage.ts";
import { removeTree } from "../tree.ts";
import { statOf } from "./metadata.ts";
import { DONE, request, type RequestTable } from "./request.ts";

/** Requests on names and directories. */
export const directoryRequests: RequestTable = {
  mkdir: request(["path", "number"], (session, path) => {
    makeDirectory(session, placeForDirectory(session, path));
    return DONE;
  }),

  rmdir: request(["path"], (session, path) => {
    const entry = findBelowDirectory(session, path);
    if (entry.path === "/") throw notEmpty(path);
    session.access.demandDelete(entry);
    if (!isDirectory(statOf(entry))) throw notDirectory(path);
    removeIfEmpty(session, entry.path);
    return DONE;
  }),

  rmall: request(["path"], (session, path) => {
    const entry = findBelowDirectory(session, path);
    if (entry.path === "/") throw invalid("remove the root");
    session.access.demandDelete(entry);
    statOf(entry);
    removeTree(session.storage, entry.path);
    return DONE;
  }),

  unlink: request(["path"], (session, path) => {
    const entry = findBelowDirectory(session, path);
    session.access.demandDelete(entry);
    if (isDirectory(statOf(entry))) {
      throw new ChirpFailure(CHIRP_CODES.IS_DIR, `Cannot unlink directory ${path}`);
    }
    session.storage.removeFile(entry.path);
    return DONE;
  }),

  rename: request(["path", "path"], (session, fromPath, toPath) => {
    const from = session.find(fromPath, { follow: false });
    const to = session.find(toPath, { follow: false });
    session.access.demand(from, "r");
    session.access.demandName(from, "d");
    session.access.demandName(to, "w");
    statOf(from);
    if (from.path !== to.path) session.storage.rename(from.path, to.path);
    return DONE;
  }),

  link: request(["path", "path"], (session, fromPath, toPath) => {
    const from = session.find(fromPath, { follow: false });
    const to = session.find(toPath, { follow: false });
    session.access.demandName(from, "r", "w");
    session.access.demandName(to, "w");
    if (isDirectory(statOf(from))) throw denied(`link directory ${fromPath}`);
    assertFree(to);
    session.storage.link(from.path, to.path);
    return DONE;
  }),

  symlink: request(["word", "path"], (session, target, path) => {
    const entry = session.find(path, { follow: false });
    session.access.demandName(entry, "w");
    assertFree(entry);
    session.storage.symlink(nameOfBytes(bytesOfLatin1(target)), entry.path);
    return DONE;
  }),

  getdir: request(["path"], (session, path) => answerNames(session, path, false)),
  getlongdir: request(["path"], (session, path) => answerNames(session, path, true)),
};

/** The free place for a directory. chirp_server says "not authorized" where it has no parent. */
function placeForDirectory(session: Session, path: string): Resolved {
  try {
    return session.find(path, { follow: false });
  } catch (error) {
    if (codeOf(error) === CHIRP_CODES.DOESNT_EXIST) {
      throw denied(`make ${path}, which has no parent`);
    }
    throw error;
  }
}

/** Makes a directory with the list it begins with: the maker's own by `v`, else its parent's. */
function makeDirectory(session: Session, entry: Resolved): void {
  const { storage, access, caller, server } = session;
  if (entry.path === "/" || (entry.stat !== undefined && isDirectory(entry.stat))) {
    throw exists(entry);
  }
  const parent = parentOf(entry.path);
  const rights = access.rightsIn(parent);
  if (!grants(rights, "v") && !grants(rights, "w")) throw denied(`make directory ${entry.path}`);
  access.demandName(entry);
  assertFree(entry);
  const acl: readonly AclEntry[] | undefined = grants(rights, "v")
    ? [{ subject: caller.identity, rights: reservedRights(rights) }]
    : readAcl(storage, parent) ?? server.policy.defaultAcl;
  storage.makeDirectory(entry.path, DIRECTORY_MODE);
  if (acl !== undefined) writeAcl(storage, entry.path, acl);
}

/** Finds an entry to remove; a file in the place of its directory is told from a missing one. */
function findBelowDirectory(session: Session, path: string): Resolved {
  try {
    return session.find(path, { follow: false });
  } catch (error) {
    if (codeOf(error) !== CHIRP_CODES.DOESNT_EXIST) throw error;
    const parent = session.find(parentOf(path));
    if (parent.stat !== undefined && !isDirectory(parent.stat)) throw notDirectory(parentOf(path));
    throw error;
  }
}

/** Removes a directory in which only the server's own files are left. */
function removeIfEmpty(session: Session, path: string): void {
  const { storage } = session;
  const names = storage.names(path);
  const own = (name: string) => {
    const stat = storage.lstat(childOf(path, name));
    return name.startsWith(HIDDEN_PREFIX) && stat !== undefined && !isDirectory(stat);
  };
  if (!names.every(own)) throw notEmpty(path);
  for (const name of names) storage.removeFile(childOf(path, name));
  storage.removeDirectory(path);
}

/** Lists a directory, `.` and `..` included; names that would break the listing are left out. */
async function answerNames(session: Session, path: string, long: boolean): Promise<void> {
  const { storage, writer, access } = session;
  const entry = session.find(path, { garbled: true });
  if (entry.stat === undefined || !isDirectory(entry.stat)) {
    access.demand(entry, "l");
    throw missing(path);
  }
  access.demand(entry, "l");
  const names = storage.names(entry.path);
  writer.line(DONE);
  for (const name of [".", "..", ...names]) {
    if (name.startsWith(HIDDEN_PREFIX) || name.includes("\n")) continue;
    const stat = long ? storage.lstat(memberOf(entry.path, name)) : undefined;
    if (long && stat === undefined) continue;
    writer.bytes(bytesOfName(name));
    writer.line("");
    if (stat !== undefined) writer.line(formatStat(stat));
    if (writer.full) await writer.flush();
  }
  writer.line("");
}

function memberOf(directory: string, name: string): string {
  if (name === ".") return directory;
  return name === ".." ? parentOf(directory) : childOf(directory, name);
}

function assertFree(entry: Resolved): void {
  if (entry.stat !== undefined) throw exists(entry);
}

function exists(entry: Resolved): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.ALREADY_EXISTS, `Something stands at ${entry.path} already`);
}

function notEmpty(path: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.NOT_EMPTY, `Cannot remove ${path}, which is not empty`);
}

function notDirectory(path: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.NOT_DIR, `Cannot use ${path} as a directory`);
}
