/**
 * Who may do what: the lists in the directories' `.__acl` files, asked anew for every request, since
 * other programs write them too.
 *
 * @module
 */

import {
  type AclEntry,
  formatAcl,
  grants,
  NO_RIGHTS,
  parseAcl,
  RIGHT,
  type RightLetter,
  type Rights,
  rightsOf,
} from "../../lib/chirp/acl.ts";
import { denied } from "./failure.ts";
import { isDirectory, type Resolved } from "./resolve.ts";
import { readSmallFile, writeSmallFile } from "./small_file.ts";
import { childOf, nameOf, parentOf, type Storage } from "./storage.ts";

/** Name of the file that holds a directory's list. */
export const ACL_NAME = ".__acl";

/** Names that begin so are kept out of listings. */
export const HIDDEN_PREFIX = ".__";

/** Names of the server's own files that no client changes directly, whatever its rights. */
export const RESERVED_PREFIX = ".__ticket.";

/** Largest list that is read, in bytes; a longer one grants nothing. */
const LARGEST_ACL_BYTES = 256 * 1024;

/** Rules that hold on the whole server. */
export interface AccessPolicy {
  /** List of a directory that has none; `undefined` lets nobody into such a directory. */
  readonly defaultAcl: readonly AclEntry[] | undefined;
  /** Identity that may look and change lists wherever there is one. */
  readonly superuser: string | undefined;
  /** Leaves everybody with the rights to read and list. */
  readonly readOnly: boolean;
}

/** What one identity may do. */
export interface Caller {
  /** The identity, such as `address:127.0.0.1`. */
  readonly identity: string;
  /** Cuts the rights of a ticket's holder in a directory; default: nothing is cut. */
  readonly mask?: ((directory: string) => Rights) | undefined;
}

/**
 * Reads a directory's own list.
 *
 * @param storage The store.
 * @param directory Its path, resolved.
 * @returns The list; `undefined` where the directory has none of its own.
 */
export function readAcl(storage: Storage, directory: string): AclEntry[] | undefined {
  const text = readSmallFile(storage, childOf(directory, ACL_NAME), LARGEST_ACL_BYTES);
  return text === undefined ? undefined : parseAcl(text);
}

/**
 * Replaces a directory's own list at once: no reader sees half of it.
 *
 * @param storage The store.
 * @param directory Its path, resolved.
 * @param entries The new list.
 */
export function writeAcl(storage: Storage, directory: string, entries: readonly AclEntry[]): void {
  const path = childOf(directory, ACL_NAME);
  const draft = `${path}.new`;
  writeSmallFile(storage, draft, formatAcl(entries));
  storage.rename(draft, path);
}

/** Asks the lists on behalf of one identity. */
export class Access {
  /**
   * @param storage The store.
   * @param policy Rules of the server.
   * @param caller Who asks.
   */
  constructor(
    private readonly storage: Storage,
    private readonly policy: AccessPolicy,
    private readonly caller: Caller,
  ) {}

  /**
   * Adds up the caller's rights in a directory.
   *
   * @param directory Its path, resolved.
   * @returns The rights; none where no list rules.
   */
  rightsIn(directory: string): Rights {
    const { defaultAcl, superuser, readOnly } = this.policy;
    const acl = readAcl(this.storage, directory) ?? defaultAcl;
    if (acl === undefined) return NO_RIGHTS;
    let rights = rightsOf(acl, this.caller.identity);
    if (this.caller.mask !== undefined) rights &= this.caller.mask(directory);
    else if (this.caller.identity === superuser) rights |= RIGHT.l | RIGHT.a;
    return readOnly ? rights & (RIGHT.r | RIGHT.l) : rights;
  }

  /**
   * Insists on rights in the directory that rules an entry: itself, or the one that holds it.
   *
   * @param entry The entry.
   * @param letters All rights that are needed.
   * @throws {ChirpFailure} -2 when one is missing.
   */
  demand(entry: Resolved, ...letters: RightLetter[]): void {
    this.demandIn(ruling(entry), entry.path, ...letters);
  }

  /**
   * Insists on rights in the directory that holds an entry, also when it is a directory itself.
   *
   * @param entry The entry.
   * @param letters All rights that are needed.
   * @throws {ChirpFailure} -2 when one is missing.
   */
  demandAbove(entry: Resolved, ...letters: RightLetter[]): void {
    this.demandIn(parentOf(entry.path), entry.path, ...letters);
  }

  /**
   * Insists on the right to change an entry's content, times or mode: `w`, for a list `a`.
   *
   * @param entry The entry.
   * @throws {ChirpFailure} -2 when it is missing.
   */
  demandChange(entry: Resolved): void {
    assertUnreserved(entry.path);
    this.demand(entry, isAclFile(entry.path) ? "a" : "w");
  }

  /**
   * Insists on the right to write a file, new or old.
   *
   * @param entry The file or the place for one.
   * @returns Whether only a new file may be written (the right `p` without `w`).
   * @throws {ChirpFailure} -2 when the right is missing.
   */
  demandWrite(entry: Resolved): { readonly onlyNew: boolean } {
    assertUnreserved(entry.path);
    const directory = parentOf(entry.path);
    const rights = this.rightsIn(directory);
    if (isAclFile(entry.path)) {
      if (!grants(rights, "a")) throw denied(`change the list ${entry.path}`);
      return { onlyNew: false };
    }
    if (!grants(rights, "w") && !grants(rights, "p")) throw denied(`write ${entry.path}`);
    return { onlyNew: !grants(rights, "w") };
  }

  /**
   * Insists on the right to give an entry a name or to take it away; lists and the server's own files
   * keep theirs.
   *
   * @param entry The entry or the place for one.
   * @param letters All rights that are needed in the directory that holds it.
   * @throws {ChirpFailure} -2 when one is missing.
   */
  demandName(entry: Resolved, ...letters: RightLetter[]): void {
    assertUnreserved(entry.path);
    if (isAclFile(entry.path)) throw denied(`give or take the name of the list ${entry.path}`);
    this.demandAbove(entry, ...letters);
  }

  /**
   * Insists on the right to delete an entry: `d` in the directory that holds it, for a list `a`.
   *
   * @param entry The entry.
   * @throws {ChirpFailure} -2 when it is missing.
   */
  demandDelete(entry: Resolved): void {
    assertUnreserved(entry.path);
    this.demandAbove(entry, isAclFile(entry.path) ? "a" : "d");
  }

  /**
   * Insists on rights in a directory.
   *
   * @param directory Its path, resolved.
   * @param path What the failure is to name.
   * @param letters All rights that are needed.
   * @throws {ChirpFailure} -2 when one is missing.
   */
  demandIn(directory: string, path: string, ...letters: RightLetter[]): void {
    const rights = this.rightsIn(directory);
    for (const letter of letters) {
      if (!grants(rights, letter)) {
        throw denied(`right ${letter} of ${this.caller.identity} at ${path}`);
      }
    }
  }
}

/**
 * Finds the directory whose list rules an entry.
 *
 * @param entry The entry.
 * @returns The path of the directory: its own, or that of the one that holds it.
 */
export function ruling(entry: Resolved): string {
  const own = entry.path === "/" || (entry.stat !== undefined && isDirectory(entry.stat));
  return own ? entry.path : parentOf(entry.path);
}

function isAclFile(path: string): boolean {
  return nameOf(path) === ACL_NAME || nameOf(path) === `${ACL_NAME}.new`;
}

function assertUnreserved(path: string): void {
  if (nameOf(path).startsWith(RESERVED_PREFIX)) {
    throw denied(`change the server's own file ${path}`);
  }
}
