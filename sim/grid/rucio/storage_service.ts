/**
 * A storage element in memory: WebDAV (RFC 4918) as far as Rucio's clients use it, with the checksum of a file in
 * its digest (RFC 3230).
 *
 * @module
 */
import { factsOf } from "../../../lib/grid/rucio/checksums.ts";
import { HttpFaults } from "../http/faults.ts";
import type { GridService } from "../http/service.ts";

/** Options of a {@linkcode StorageService}. */
export interface StorageServiceOptions {
  /** Most bytes that it holds. Default: 1 GiB. */
  readonly capacityBytes?: number | undefined;
  /** False: it does not tell checksums, as some do not. Default: true. */
  readonly tellsDigest?: boolean | undefined;
  /**
   * True: folders come with their files, as Rucio's own client needs it, which takes the 409 that RFC 4918 wants
   * otherwise for a file in its place. Default: false.
   */
  readonly makesFolders?: boolean | undefined;
  /** Token that is let in. Default: everybody is. */
  readonly token?: string | undefined;
}

/** Folder of all files, which is there from the start. */
export const STORAGE_FOLDER = "/data";

/** The storage; its files lie open. */
export class StorageService implements GridService {
  readonly faults = new HttpFaults();
  /** Content by path. */
  readonly files = new Map<string, Uint8Array>();
  /** How many of the next uploads have a byte changed on their way. */
  corruptUploads = 0;
  /** Most bytes that it holds; may be lowered while it runs. */
  capacityBytes: number;
  readonly #folders = new Set<string>(["/", STORAGE_FOLDER]);
  readonly #tellsDigest: boolean;
  readonly #makesFolders: boolean;
  readonly #token: string | undefined;

  /** @param options See {@linkcode StorageServiceOptions}. */
  constructor(options: StorageServiceOptions = {}) {
    this.capacityBytes = options.capacityBytes ?? 2 ** 30;
    this.#tellsDigest = options.tellsDigest ?? true;
    this.#makesFolders = options.makesFolders ?? false;
    this.#token = options.token;
  }

  /** See {@linkcode GridService.answer}. */
  async answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    const isKnown = this.#token === undefined ||
      request.headers.get("authorization") === `Bearer ${this.#token}`;
    if (!isKnown) {
      await request.body?.cancel();
      return status(401);
    }
    switch (request.method) {
      case "HEAD":
      case "GET":
        return await this.#read(request.method, path);
      case "PUT":
        return await this.#put(path, request);
      case "MOVE":
        return this.#move(path, request.headers.get("destination") ?? "");
      case "DELETE":
        return status(this.files.delete(path) ? 204 : 404);
      case "MKCOL":
        return this.#makeFolder(path.replace(/\/$/, ""));
      case "PROPFIND":
        return this.#properties(path);
      default:
        return status(405);
    }
  }

  async #read(method: string, path: string): Promise<Response> {
    const bytes = this.files.get(path);
    if (bytes === undefined) {
      return status(this.#folders.has(path.replace(/(.)\/$/, "$1")) ? 200 : 404);
    }
    const headers: Record<string, string> = { "content-length": `${bytes.length}` };
    if (this.#tellsDigest) {
      headers["digest"] = `adler32=${(await factsOf(parts(bytes))).adler32}`;
    }
    return new Response(method === "HEAD" ? null : bytes.slice(), { headers });
  }

  async #put(path: string, request: Request): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (!this.#hasFolderOf(path)) return status(409);
    const usedBytes = this.files.values().reduce((sum, { length }) => sum + length, 0);
    if (usedBytes + bytes.length > this.capacityBytes) return status(507);
    if (this.corruptUploads > 0 && bytes.length > 0) {
      this.corruptUploads--;
      bytes[0] = (bytes[0] ?? 0) ^ 1;
    }
    const isNew = !this.files.has(path);
    this.files.set(path, bytes);
    return status(isNew ? 201 : 204);
  }

  #move(path: string, destination: string): Response {
    const bytes = this.files.get(path);
    if (bytes === undefined) return status(404);
    const to = new URL(destination).pathname;
    if (!this.#hasFolderOf(to)) return status(409);
    const isNew = !this.files.has(to);
    this.files.set(to, bytes);
    this.files.delete(path);
    return status(isNew ? 201 : 204);
  }

  #hasFolderOf(path: string): boolean {
    for (let folder = folderOf(path); this.#makesFolders && folder !== "/";) {
      this.#folders.add(folder);
      folder = folderOf(folder);
    }
    return this.#folders.has(folderOf(path));
  }

  #makeFolder(path: string): Response {
    if (this.#folders.has(path) || this.files.has(path)) return status(405);
    if (!this.#folders.has(folderOf(path))) return status(409);
    this.#folders.add(path);
    return status(201);
  }

  #properties(path: string): Response {
    const bytes = this.files.get(path);
    if (bytes === undefined) return status(404);
    const text = `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>${path}` +
      `</D:href><D:propstat><D:prop><D:getcontentlength>${bytes.length}</D:getcontentlength>` +
      `</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`;
    return new Response(text, { status: 207, headers: { "content-type": "application/xml" } });
  }
}

async function* parts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function status(code: number): Response {
  return new Response(null, { status: code });
}
