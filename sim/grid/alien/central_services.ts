/**
 * AliEn's central services in memory: task queue, file catalogue, storage elements. The shell's commands
 * over them stand in `commands/`; how they are reached is said in `memory.ts` and `server.ts`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Clock, systemClock } from "../../../lib/clock.ts";
import { type Random, systemRandom } from "../../../lib/random.ts";
import { Faults } from "./faults.ts";
import { type CatalogueEntry, FileCatalogue } from "./file_catalogue.ts";
import { StorageElement, type StorageElementOptions } from "./storage_element.ts";
import { SimTaskQueue } from "./task_queue.ts";

/** Options of {@linkcode CentralServices}. */
export interface CentralServicesOptions {
  /** Storage elements. Default: one, `ALICE::CERN::EOS`. */
  readonly storage?: readonly StorageElementOptions[] | undefined;
  /** Who calls, whatever certificate is shown. Default: `hartem`. */
  readonly user?: string | undefined;
  /** Clock of files. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Source of ids. Default: the system's. */
  readonly random?: Random | undefined;
}

/** What a session of a client is about. */
export interface AlienSession {
  readonly user: string;
  /** Current directory, with a trailing slash. */
  directory: string;
}

/** The services. */
export class CentralServices {
  readonly queue = new SimTaskQueue();
  readonly catalogue: FileCatalogue;
  readonly storage: readonly StorageElement[];
  readonly faults = new Faults();
  readonly user: string;
  readonly clock: Clock;
  /** False: certificates have expired, nobody gets in. */
  acceptsCertificates = true;
  /** Where storage elements answer by HTTP; set by the server. */
  httpBase = "http://se.localhost:8000/se";

  /** @param options See {@linkcode CentralServicesOptions}. */
  constructor(options: CentralServicesOptions = {}) {
    const { storage = [{ name: "ALICE::CERN::EOS" }], user = "hartem" } = options;
    this.catalogue = new FileCatalogue(options.random ?? systemRandom);
    this.storage = storage.map((element) => new StorageElement(element));
    this.user = user;
    this.clock = options.clock ?? systemClock;
    this.catalogue.makeDirectory(this.home);
  }

  /** Home directory of the user, with a trailing slash. */
  get home(): string {
    return `/alice/cern.ch/user/${this.user.slice(0, 1)}/${this.user}/`;
  }

  /** Opens a session. */
  session(): AlienSession {
    return { user: this.user, directory: this.home };
  }

  /** A storage element by name, whatever its case. */
  element(name: string): StorageElement | undefined {
    return this.storage.find((element) => element.name.toUpperCase() === name.toUpperCase());
  }

  /** Puts a file into the catalogue, with a replica on the first storage element. */
  addFile(lfn: string, content: string | Uint8Array): CatalogueEntry {
    const [element] = this.storage;
    if (element === undefined) throw new TypeError("Cannot add a file: there is no storage");
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const md5 = createHash("md5").update(bytes).digest("hex");
    const request = { lfn, owner: this.user, sizeBytes: bytes.length, md5, job: "" };
    this.catalogue.makeDirectory(lfn.slice(0, lfn.lastIndexOf("/")));
    const [booking] = this.catalogue.book(request, [element]);
    if (booking === undefined) throw new TypeError(`Cannot add ${lfn}: it exists`);
    element.put(element.pathOf(booking.guid), bytes);
    this.catalogue.commit(booking);
    const entry = this.catalogue.files.get(lfn);
    if (entry === undefined) throw new TypeError(`Cannot add ${lfn}`);
    return entry;
  }

  /** Content of a file; `undefined` where no storage element has it. */
  contentOf(lfn: string): Uint8Array | undefined {
    const file = this.catalogue.files.get(lfn);
    for (const { storage } of file?.replicas ?? []) {
      const element = this.element(storage);
      const bytes = element?.objects.get(element.pathOf(file?.guid ?? ""));
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  /**
   * Stores a content that a client has the envelope for.
   *
   * @returns A status of HTTP.
   */
  put(path: string, envelope: string, bytes: Uint8Array): number {
    const booking = this.catalogue.booking(envelope);
    const element = booking && this.element(booking.replica.storage);
    if (booking === undefined || element?.pathOf(booking.guid) !== path) return 403;
    if (bytes.length !== booking.sizeBytes) return 400;
    return element.put(path, bytes) ? 201 : 507;
  }

  /**
   * Reads a content that a client has the envelope for.
   *
   * @returns The content, or a status of HTTP.
   */
  get(path: string, envelope: string): Uint8Array | number {
    const element = this.storage.find(({ objects }) => objects.has(path));
    const bytes = element?.objects.get(path);
    if (element === undefined || bytes === undefined) return 404;
    const pfn = element.pfnOf(path.slice(path.lastIndexOf("/") + 1));
    return this.catalogue.allowsReading(envelope, pfn) ? bytes : 403;
  }

  /**
   * What the job broker answers (`JobBroker.getMatchJob`).
   *
   * @param request Name of the request; asked again, it gets the same answer.
   * @param host Name of the machine.
   * @param jdl Its description.
   */
  match(request: string, host: string, jdl: string): Readonly<Record<string, unknown>> {
    const job = this.queue.match(request, jdl, host);
    if (job === undefined) return { Code: -2, Error: "Nothing to run :-(" };
    const { id: queueId, jdl: JDL, owner: User, resubmissions: Resubmission } = job;
    return { Code: 1, queueId, JDL, User, Resubmission };
  }
}
