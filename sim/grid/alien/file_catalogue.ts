/**
 * AliEn's file catalogue: names (LFNs), their content (GUIDs), replicas (PFNs), and places that are
 * booked for files to come (`alien.catalogue.LFN`, `BookingTable`).
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { type Random, randomUuid } from "../../../lib/random.ts";
import type { StorageElement } from "./storage_element.ts";

/** A replica. */
export interface Replica {
  readonly storage: string;
  /** `root://HOST:1094//PATH`. */
  readonly pfn: string;
}

/** A file. */
export interface CatalogueEntry {
  readonly lfn: string;
  readonly guid: string;
  readonly owner: string;
  readonly sizeBytes: number;
  readonly md5: string;
  /** Id of the job that made it; empty where none did. */
  readonly job: string;
  readonly replicas: Replica[];
  /** How often it was registered; more than once is once too often. */
  registrations: number;
}

/** A place that is booked. */
export interface Booking extends Omit<CatalogueEntry, "replicas" | "registrations"> {
  readonly replica: Replica;
  /** What its storage element and `commit` want to see. */
  readonly envelope: string;
  /** Set once the file is registered. */
  isCommitted: boolean;
}

/** What is to be booked. */
export type BookingRequest = Pick<Booking, "lfn" | "owner" | "sizeBytes" | "md5" | "job">;

/** The catalogue. */
export class FileCatalogue {
  /** Files by LFN. */
  readonly files = new Map<string, CatalogueEntry>();
  /** Directories, without trailing slash. */
  readonly directories = new Set<string>(["", "/alice"]);
  /** Bytes that a user may have. */
  fileQuotaBytes = Infinity;
  readonly #bookings = new Map<string, Booking>();
  readonly #random: Random;
  readonly #key: string;

  /** @param random Source of GUIDs and of the key that envelopes are signed with. */
  constructor(random: Random) {
    this.#random = random;
    this.#key = randomUuid(random);
  }

  /** Makes a directory and its parents. False where a file is in the way. */
  makeDirectory(path: string): boolean {
    const parts = path.split("/").filter((part) => part !== "");
    for (let count = 1; count <= parts.length; count++) {
      const directory = `/${parts.slice(0, count).join("/")}`;
      if (this.files.has(directory)) return false;
      this.directories.add(directory);
    }
    return true;
  }

  /** True where a directory exists. */
  hasDirectory(path: string): boolean {
    return this.directories.has(path.replace(/\/+$/, ""));
  }

  /** Paths right below a directory, sorted. */
  list(path: string): string[] {
    const prefix = `${path.replace(/\/+$/, "")}/`;
    const below = [...this.files.keys(), ...this.directories].filter((name) => {
      return name.startsWith(prefix) && name.length > prefix.length;
    });
    return below.filter((name) => !name.slice(prefix.length).includes("/")).sort();
  }

  /**
   * Books a place for a file on each storage element.
   *
   * @param request The file.
   * @param elements The storage elements.
   * @returns The bookings; none where the file is there already, or the owner's quota is used up.
   */
  book(request: BookingRequest, elements: readonly StorageElement[]): Booking[] {
    const present = this.files.get(request.lfn);
    const used = [...this.files.values()].filter(({ owner }) => owner === request.owner)
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (used + request.sizeBytes > this.fileQuotaBytes) return [];
    const guid = present?.guid ?? randomUuid(this.#random);
    return elements.flatMap((element) => {
      if (present?.replicas.some(({ storage }) => storage === element.name)) return [];
      const replica = { storage: element.name, pfn: element.pfnOf(guid) };
      const booking = { ...request, guid, replica, envelope: "", isCommitted: false };
      const signed = { ...booking, envelope: this.#sign("write-once", booking) };
      this.#bookings.set(signed.envelope, signed);
      return [signed];
    });
  }

  /** The booking that an envelope stands for. */
  booking(envelope: string): Booking | undefined {
    return this.#bookings.get(envelope);
  }

  /** An envelope for reading a replica (`AccessType.READ`). */
  readEnvelope(file: CatalogueEntry, replica: Replica): string {
    return this.#sign("read", { ...file, replica });
  }

  /** True where an envelope allows to read what lies at an address. */
  allowsReading(envelope: string, pfn: string): boolean {
    return [...this.files.values()].some((file) =>
      file.replicas.some((replica) =>
        replica.pfn === pfn && this.readEnvelope(file, replica) === envelope
      )
    );
  }

  /** Registers a file whose place was booked; again, nothing happens. */
  commit(booking: Booking): void {
    if (booking.isCommitted) return;
    booking.isCommitted = true;
    const { lfn, guid, owner, sizeBytes, md5, job, replica } = booking;
    const present = this.files.get(lfn);
    if (present === undefined) {
      const entry = {
        lfn,
        guid,
        owner,
        sizeBytes,
        md5,
        job,
        replicas: [replica],
        registrations: 1,
      };
      this.files.set(lfn, entry);
    } else {
      if (present.guid !== guid) present.registrations++;
      present.replicas.push(replica);
    }
  }

  /** Fields in the order of `XrootDEnvelope.hashord`. */
  #sign(
    access: string,
    { replica, lfn, guid, sizeBytes, md5 }: Pick<
      Booking,
      "replica" | "lfn" | "guid" | "sizeBytes" | "md5"
    >,
  ): string {
    const fields =
      `turl=${replica.pfn}&access=${access}&lfn=${lfn}&guid=${guid}&size=${sizeBytes}&md5=${md5}` +
      `&se=${replica.storage}&hashord=turl-access-lfn-guid-size-md5-se-hashord`;
    return `${fields}&signature=${createHmac("sha256", this.#key).update(fields).digest("hex")}`;
  }
}
