/**
 * What every method of authentication is given, and what it finds out.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import type { Caller } from "./access.ts";
import type { ByteReader, ByteWriter } from "./byte_stream.ts";
import type { Storage } from "./storage.ts";

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
export type IdentityDialogue = (context: AuthenticationContext) => Promise<Proof | undefined>;
