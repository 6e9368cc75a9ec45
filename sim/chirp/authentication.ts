/**
 * How a client proves who it is: it names methods, one after another, until one succeeds.
 *
 * @module
 */

import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import type { ByteReader, ByteWriter } from "./byte_stream.ts";
import type { Caller } from "./access.ts";
import type { Storage } from "./storage.ts";
import { authenticateByTicket } from "./ticket_method.ts";
import { authenticateByUnix } from "./unix_method.ts";

/** A way to prove who one is. */
export type IdentityMethod = "address" | "hostname" | "unix" | "ticket";

/** What the methods need. */
export interface AuthenticationContext {
  /** Methods that are accepted. */
  readonly methods: ReadonlySet<string>;
  /** The client's address as text. */
  readonly peerAddress: string;
  /** Finds the name of an address; `undefined` where it has none. */
  readonly nameOfAddress: (address: string) => Promise<string | undefined>;
  /** Folder for the files of the method `unix`, seen by both sides. */
  readonly challengeFolder: string;
  /** Where tickets are kept. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Aborted when the connection ends. */
  readonly signal: AbortSignal;
  /** Requests. */
  readonly reader: ByteReader;
  /** Answers. */
  readonly writer: ByteWriter;
}

/** What a method has found out: the subject, and the caller where that is not `<method>:<subject>`. */
export interface Proof {
  /** The client's name in the method. */
  readonly subject: string;
  /** The caller, where it is not named after the method and the subject. */
  readonly caller?: Caller | undefined;
}

/** A method's own dialogue, after both sides have agreed on it; `undefined` when it fails. */
type Method = (context: AuthenticationContext) => Promise<Proof | undefined>;

const METHODS: Readonly<Record<IdentityMethod, Method>> = {
  address: ({ writer, peerAddress }) => {
    writer.line("yes");
    return Promise.resolve({ subject: peerAddress });
  },
  hostname: async ({ writer, peerAddress, nameOfAddress }) => {
    const name = await nameOfAddress(peerAddress);
    writer.line(name === undefined ? "no" : "yes");
    return name === undefined ? undefined : { subject: name };
  },
  unix: authenticateByUnix,
  ticket: authenticateByTicket,
};

/**
 * Speaks with a client until one method succeeds. The number of attempts is bounded by time alone.
 *
 * @param context See {@linkcode AuthenticationContext}.
 * @returns The caller; `undefined` when the client leaves first.
 */
export async function authenticate(context: AuthenticationContext): Promise<Caller | undefined> {
  const { reader, writer, methods } = context;
  for (;;) {
    const name = await reader.line();
    if (name === undefined) return undefined;
    const method = methods.has(name) && isMethod(name) ? METHODS[name] : undefined;
    writer.line(method === undefined ? "no" : "yes");
    const proof = await method?.(context);
    if (proof !== undefined) {
      const subject = proof.subject.replaceAll(/[^\x21-\x7e]/g, "_");
      for (const line of ["yes", name, subject]) writer.line(line);
      await writer.flush();
      return proof.caller ?? { identity: `${name}:${subject}` };
    }
    await writer.flush();
  }
}

function isMethod(name: string): name is IdentityMethod {
  return Object.hasOwn(METHODS, name);
}
