/**
 * Requests on extended attributes. A store in memory keeps them; for a folder the answer is "not
 * supported".
 *
 * @module
 */

import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { ChirpFailure, invalid, missing } from "../failure.ts";
import type { Resolved } from "../resolve.ts";
import type { Session } from "../session.ts";
import { bytesOfLatin1 } from "../small_file.ts";
import { receiveData } from "../transfer.ts";
import { statOf } from "./metadata.ts";
import { answerBytes, DONE, request, type RequestTable } from "./request.ts";

/** Largest value in bytes, as on Linux. */
const LARGEST_VALUE_BYTES = 64 * 1024;

/** Most attributes of one entry. */
const MOST_ATTRIBUTES = 64;

/** Flags of the requests that set. */
const ONLY_NEW = 1;
const ONLY_OLD = 2;

/** Finds the attributes that a request means, checked for the right to read or to change them. */
type Finder = (session: Session, place: string, change: boolean) => Attributes;

type Attributes = Map<string, Uint8Array>;

/** Requests on extended attributes: by path, by path without following a link, by descriptor. */
export const attributeRequests: RequestTable = {
  ...family("", "xattr", byPath(true)),
  ...family("l", "xattr", byPath(false)),
  ...family("f", "xattr", byDescriptor),
};

/** The four requests of one family; `place` is a path word or a descriptor. */
function family(prefix: string, suffix: string, find: Finder): RequestTable {
  const kind = find === byDescriptor ? "word" : "path";
  return {
    [`${prefix}get${suffix}`]: request([kind, "word"], (session, place, name) => {
      answerBytes(session, valueOf(find(session, place, false), name));
    }),

    [`${prefix}list${suffix}`]: request([kind], (session, place) => {
      const names = [...find(session, place, false).keys()].map((name) => `${name}\0`);
      answerBytes(session, bytesOfLatin1(names.join("")));
    }),

    [`${prefix}set${suffix}`]: request(
      [kind, "word", "number", "number"],
      async (session, place, name, lengthBytes, flags) => {
        if (lengthBytes < 0) throw invalid(`length ${lengthBytes}`);
        const value = new Uint8Array(Math.min(lengthBytes, LARGEST_VALUE_BYTES));
        await receiveData(session, lengthBytes, (offset, piece) => {
          if (lengthBytes > LARGEST_VALUE_BYTES) throw tooLarge(name);
          value.set(piece, offset);
        });
        setValue(find(session, place, true), name, value, flags);
        return DONE;
      },
    ),

    [`${prefix}remove${suffix}`]: request([kind, "word"], (session, place, name) => {
      const attributes = find(session, place, true);
      valueOf(attributes, name);
      attributes.delete(name);
      return DONE;
    }),
  };
}

function byPath(follow: boolean): Finder {
  return (session, path, change) => {
    const entry = session.find(path, { follow, garbled: !change });
    demand(session, entry, change);
    statOf(entry);
    return supported(session.storage.attributes(entry.path));
  };
}

function byDescriptor(session: Session, word: string, change: boolean): Attributes {
  const entry = session.opened(parseInt(word));
  if (entry.kind === "file") return supported(entry.file.attributes());
  demand(session, session.find(entry.path), change);
  return supported(session.storage.attributes(entry.path));
}

function demand(session: Session, entry: Resolved, change: boolean): void {
  if (change) session.access.demandChange(entry);
  else session.access.demand(entry, "r");
}

function supported(attributes: Attributes | undefined): Attributes {
  if (attributes === undefined) throw notSupported("attributes");
  return attributes;
}

/** A missing attribute is told as a missing file: chirp_server's -127 makes tools repeat for an hour. */
function valueOf(attributes: Attributes, name: string): Uint8Array {
  const value = attributes.get(name);
  if (value === undefined) throw missing(`attribute ${name}`);
  return value;
}

function setValue(attributes: Attributes, name: string, value: Uint8Array, flags: number): void {
  if (!/^(user|trusted|security)\../.test(name)) throw notSupported(`attribute ${name}`);
  if (flags === ONLY_OLD) valueOf(attributes, name);
  if (flags === ONLY_NEW && attributes.has(name)) {
    throw new ChirpFailure(CHIRP_CODES.ALREADY_EXISTS, `Attribute ${name} exists already`);
  }
  if (!attributes.has(name) && attributes.size >= MOST_ATTRIBUTES) {
    throw new ChirpFailure(CHIRP_CODES.NO_SPACE, `No room for attribute ${name}`);
  }
  attributes.set(name, value);
}

function tooLarge(name: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.TOO_BIG, `Value of attribute ${name} is too large`);
}

function notSupported(what: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.NOT_SUPPORTED, `Not supported: ${what}`);
}
