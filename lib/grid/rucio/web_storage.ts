/**
 * A storage element that speaks WebDAV (RFC 4918), as Rucio's own client uses it (rucio/rucio,
 * `lib/rucio/rse/protocols/webdav.py`): a file is put under a name for uploads, checked, and moved to its place, so
 * that at its place there is nothing or the whole file.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { HttpCall } from "../http/http_call.ts";
import { HttpService } from "../http/http_service.ts";
import { factsOf, type FileFacts, isAdler32 } from "./checksums.ts";

/** What a {@linkcode WebStorage} needs. */
export interface WebStorageOptions {
  /** Makes the requests. */
  readonly call: HttpCall;
  /** Clock of time limits. */
  readonly clock: Clock;
  /** A token for the storage. Default: none, the connection's certificate says who asks. */
  readonly token?: (() => Promise<string>) | undefined;
  /** Longest time for one file. Default: 3,600,000 ms. */
  readonly transferMs?: number | undefined;
}

/** Where a file belongs. */
export interface StoragePlace {
  /** Address of the folder in which all files lie, with a slash at its end. */
  readonly base: string;
  /** Path below it. */
  readonly path: string;
}

/** Name of an upload that is under way, as Rucio's client has it. */
const UPLOAD_ENDING = ".rucio.upload";
/** Folders that are known to exist, at most; they are few in one site's outputs. */
const MOST_KNOWN_FOLDERS = 10_000;

/** Storage elements of a grid. */
export class WebStorage {
  readonly #options: WebStorageOptions;
  readonly #service: HttpService;
  readonly #folders = new Set<string>();

  /**
   * Makes it; nothing is asked yet.
   *
   * @param options See {@linkcode WebStorageOptions}.
   */
  constructor(options: WebStorageOptions) {
    this.#options = options;
    const { call, clock } = options;
    this.#service = new HttpService({ name: "the storage element", call, clock });
  }

  /**
   * Puts a file to its place; what lies there already, whole, stays.
   *
   * @param place Where.
   * @param facts What it is.
   * @param content Opens its content; called at most once.
   * @throws {GridError} A passing one, when it cannot be put or does not arrive whole.
   */
  async put(
    place: StoragePlace,
    facts: FileFacts,
    content: () => AsyncIterable<Uint8Array>,
    options: GridCallOptions = {},
  ): Promise<void> {
    const url = place.base + place.path;
    if (await this.holds(url, facts, options)) return;
    await this.#makeFolders(place, options);
    const upload = url + UPLOAD_ENDING;
    await this.#send("PUT", upload, [200, 201, 204], {
      ...options,
      body: ReadableStream.from(content()),
      timeoutMs: this.#options.transferMs ?? 3_600_000,
    });
    if (!await this.holds(upload, facts, options)) {
      await this.#send("DELETE", upload, [200, 204, 404], options);
      throw new GridError(`${url} did not arrive whole`, { transient: true });
    }
    await this.#send("MOVE", upload, [201, 204], {
      ...options,
      headers: { destination: url, overwrite: "T" },
    });
  }

  /**
   * Looks whether a file lies there, whole: its size, and its Adler-32 as the storage tells it (RFC 3230)
   * or, where it does not, as the file read back has it.
   */
  async holds(url: string, facts: FileFacts, options: GridCallOptions = {}): Promise<boolean> {
    const { status, headers } = await this.#send("HEAD", url, [200, 404], {
      ...options,
      headers: { "want-digest": "adler32" },
    });
    if (status === 404) return false;
    const size = headers.get("content-length");
    if (size !== null && Number(size) !== facts.sizeBytes) return false;
    const digest = /(?:^|,)\s*adler32=([0-9a-f]{1,8})/i.exec(headers.get("digest") ?? "")?.[1];
    if (digest !== undefined) return isAdler32(digest, facts);
    const found = await this.#readBack(url, options);
    return found.sizeBytes === facts.sizeBytes && found.adler32 === facts.adler32;
  }

  async #readBack(url: string, options: GridCallOptions): Promise<FileFacts> {
    const timeoutMs = this.#options.transferMs ?? 3_600_000;
    const headers = await this.#credentials();
    return await this.#service.read(
      { ...options, method: "GET", url, headers, timeoutMs },
      async ({ status, body }) => {
        if (status === 200 && body !== null) return await factsOf(body);
        await body?.cancel();
        throw new GridError(`The storage element answers ${status} to GET ${url}`, {
          transient: true,
        });
      },
    );
  }

  /** Makes the folders of a file; one that exists is answered with 405. */
  async #makeFolders({ base, path }: StoragePlace, options: GridCallOptions): Promise<void> {
    const names = path.split("/").slice(0, -1);
    for (const index of names.keys()) {
      const folder = `${base}${names.slice(0, index + 1).join("/")}`;
      if (this.#folders.has(folder)) continue;
      await this.#send("MKCOL", folder, [201, 405], options);
      if (this.#folders.size < MOST_KNOWN_FOLDERS) this.#folders.add(folder);
    }
  }

  async #send(
    method: string,
    url: string,
    good: readonly number[],
    request: GridCallOptions & {
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: ReadableStream<Uint8Array>;
      readonly timeoutMs?: number;
    },
  ) {
    const headers = { ...request.headers, ...await this.#credentials() };
    const answer = await this.#service.ask({ ...request, method, url, headers });
    if (good.includes(answer.status)) return answer;
    // Rights and space are the storage's matter: no job must fail for them.
    throw new GridError(`The storage element answers ${answer.status} to ${method} ${url}`, {
      transient: true,
    });
  }

  async #credentials(): Promise<Record<string, string>> {
    const token = await this.#options.token?.();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }
}
