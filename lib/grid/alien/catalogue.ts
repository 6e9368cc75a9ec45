/**
 * AliEn's file catalogue, by the commands of its shell.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { type AlienCalls, answerError, ERRNO } from "./answer.ts";

/** A file that is registered. */
export interface CatalogueFile {
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** MD5 sum, in lower-case hexadecimal; empty where it is not known. */
  readonly md5: string;
}

/** Right to read or write one replica of a file. */
export interface Access {
  /** Where it lies, mostly `root://…`. */
  readonly url: string;
  /** Where it lies for HTTP; `undefined` where its storage speaks none. */
  readonly httpUrl: string | undefined;
  /** What the storage element wants to see. */
  readonly envelope: string;
  /** Name of the storage element. */
  readonly storage: string;
  /** The file's GUID. */
  readonly guid: string;
  /** The file, as the catalogue knows it. */
  readonly file: CatalogueFile;
}

/** A file that is to be written. */
export interface NewFile extends CatalogueFile {
  /** Its name in the catalogue. */
  readonly lfn: string;
  /** The job that made it. */
  readonly job: string;
  /** Storage elements, or numbers of replicas by kind: `ALICE::CERN::EOS,disk=1`. */
  readonly storage: string;
}

/** The catalogue. */
export class AlienCatalogue {
  readonly #calls: AlienCalls;

  /**
   * Nothing is called yet.
   *
   * @param calls The central services.
   */
  constructor(calls: AlienCalls) {
    this.#calls = calls;
  }

  /** Looks a file up (`JAliEnCommandstat`); `undefined` where there is none. */
  async find(lfn: string, how?: GridCallOptions): Promise<CatalogueFile | undefined> {
    const answer = await this.#calls.call("stat", [lfn], how);
    if (answer.exitCode === ERRNO.ENOENT) return undefined;
    const [found] = answer.results;
    if (answer.exitCode !== 0 || found === undefined) throw answerError(`stat ${lfn}`, answer);
    return fileOf(found);
  }

  /** Makes a directory and its parents (`JAliEnCommandmkdir -p`). */
  async makeDirectory(lfn: string, how?: GridCallOptions): Promise<void> {
    const answer = await this.#calls.call("mkdir", ["-p", lfn], how);
    if (answer.exitCode !== 0) throw answerError(`mkdir ${lfn}`, answer);
  }

  /** Asks for the right to read a file (`JAliEnCommandaccess`, with `-u` for HTTP addresses). */
  async mayRead(lfn: string, how?: GridCallOptions): Promise<Access[]> {
    return await this.#access(lfn, ["-u", "read", lfn], how);
  }

  /**
   * Asks for the right to write a file: its place is booked for 24 hours
   * (`JAliEnCommandaccess`, `BookingTable.bookForWriting`).
   */
  async mayWrite(file: NewFile, how?: GridCallOptions): Promise<Access[]> {
    const { lfn, sizeBytes, md5, job, storage } = file;
    const options = ["-u", "-s", `${sizeBytes}`, "-m", md5, "-j", job, "write", lfn, storage];
    return await this.#access(lfn, options, how);
  }

  /** Registers a replica that was written (`JAliEnCommandcommit`; arguments as `alienpy` gives them). */
  async commit(file: NewFile, access: Access, how?: GridCallOptions): Promise<void> {
    const { lfn, sizeBytes, md5 } = file;
    const { envelope, url, storage, guid } = access;
    const options = [envelope, `${sizeBytes}`, lfn, "", "", url, storage, guid, md5];
    const answer = await this.#calls.call("commit", options, how);
    if (answer.exitCode !== 0) throw answerError(`commit ${lfn}`, answer);
    // `lfn` is 1 where something was registered.
    if (answer.results[0]?.["lfn"] !== "1") {
      throw new GridError(`AliEn has not registered ${lfn}`, { transient: true });
    }
  }

  async #access(lfn: string, options: readonly string[], how?: GridCallOptions): Promise<Access[]> {
    const answer = await this.#calls.call("access", options, how);
    if (answer.exitCode !== 0) throw answerError(`access to ${lfn}`, answer);
    return answer.results.flatMap((result): Access[] => {
      const { url, envelope = "", se = "", guid = "", message = "" } = result;
      if (url === undefined) return [];
      // With `-u` the first line is the address for HTTP, and an encrypted envelope is URL-encoded.
      const [first = ""] = message.split("\n");
      const isEncoded = !envelope.includes("signature=") && /%[0-9A-F]{2}/i.test(envelope);
      return [{
        url,
        httpUrl: /^https?:\/\//.test(first) ? first : undefined,
        envelope: isEncoded ? decodeURIComponent(envelope) : envelope,
        storage: se,
        guid,
        file: fileOf(result),
      }];
    });
  }
}

function fileOf({ size = "", md5 = "" }: Readonly<Record<string, string>>): CatalogueFile {
  return { sizeBytes: Number(size), md5: md5 === "null" ? "" : md5.toLowerCase() };
}

/** Home directory of a user (`alien.user.UsersHelper.getHomeDir`). */
export function homeOf(user: string): string {
  return `/alice/cern.ch/user/${user.slice(0, 1)}/${user}/`;
}
