/**
 * Requests on access control lists: getacl, setacl, resetacl.
 *
 * @module
 */

import {
  type AclEntry,
  formatRights,
  parseRights,
  RIGHT,
  withEntry,
} from "../../../lib/chirp/acl.ts";
import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { readAcl, writeAcl } from "../access.ts";
import { ChirpFailure, missing } from "../failure.ts";
import { isDirectory } from "../resolve.ts";
import type { Session } from "../session.ts";
import { statOf } from "./metadata.ts";
import { DONE, request, type RequestTable } from "./request.ts";

/** Requests on access control lists. */
export const accessListRequests: RequestTable = {
  /** Anybody may read a list. */
  getacl: request(["path"], async (session, path) => {
    const entry = session.find(path, { garbled: true });
    if (!isDirectory(statOf(entry))) {
      throw new ChirpFailure(CHIRP_CODES.NOT_DIR, `Cannot read a list of file ${path}`);
    }
    const entries = listOf(session, entry.path);
    session.writer.line(DONE);
    for (const { subject, rights } of entries) {
      session.writer.line(`${subject} ${formatRights(rights)}`);
      if (session.writer.full) await session.writer.flush();
    }
    session.writer.line("");
  }),

  setacl: request(["path", "word", "word"], (session, path, subject, rights) => {
    const directory = directoryToRule(session, path);
    const entries = withEntry(listOf(session, directory), subject, parseRights(rights));
    writeAcl(session.storage, directory, entries);
    return DONE;
  }),

  resetacl: request(["path", "word"], (session, path, rights) => {
    const directory = directoryToRule(session, path);
    const { identity } = session.caller;
    writeAcl(session.storage, directory, [
      { subject: identity, rights: parseRights(rights) | RIGHT.a },
    ]);
    return DONE;
  }),
};

function listOf(session: Session, directory: string): readonly AclEntry[] {
  const entries = readAcl(session.storage, directory) ?? session.server.policy.defaultAcl;
  if (entries === undefined) throw missing(`list of ${directory}`);
  return entries;
}

/** The directory whose list the caller may change. */
function directoryToRule(session: Session, path: string): string {
  const entry = session.find(path);
  if (!isDirectory(statOf(entry))) throw missing(`list of ${path}`);
  session.access.demand(entry, "a");
  return entry.path;
}
