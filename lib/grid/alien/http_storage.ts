/**
 * Storage elements by HTTP(S), as EOS and XRootD speak it: PUT and GET with the envelope as parameter
 * `authz`. Those without an HTTP address are reached by configured commands, such as `xrdcp`.
 *
 * @module
 */
import { type Clock, inTime, systemClock } from "../../clock.ts";
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { GridCertificate } from "../certificate.ts";
import type { GridCommands } from "../commands/grid_commands.ts";
import { type FollowedRequest, followRedirects, reasonOf } from "../http/follow_redirects.ts";
import type { Access } from "./catalogue.ts";
import type { AlienStorage, SiteFile } from "./storage.ts";

/** Options of {@linkcode httpStorage}. */
export interface HttpStorageOptions {
  /** Shows who the site is. Default: it shows nothing. */
  readonly certificate?: GridCertificate | undefined;
  /** Commands `upload` and `download`; see `ALIEN_STEPS`. Default: none. */
  readonly commands?: GridCommands | undefined;
  /** Longest transfer. Default: 3,600,000 ms. */
  readonly timeoutMs?: number | undefined;
  /** Clock of that limit. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** Status of HTTP for an upload that does not say its length. */
const LENGTH_REQUIRED = 411;

/** A storage element that takes no upload in chunks. */
class LengthRequired extends GridError {}

/** Answers that may pass; 507 is a storage that is full: it may be emptied, but not by waiting here. */
const PASSING = (status: number) =>
  status === 408 || status === 429 || (status >= 500 && status !== 507);

/**
 * Makes the mover of files.
 *
 * @param options See {@linkcode HttpStorageOptions}.
 */
export function httpStorage(options: HttpStorageOptions): AlienStorage {
  return new HttpStorage(options);
}

class HttpStorage implements AlienStorage {
  readonly #options: HttpStorageOptions;

  constructor(options: HttpStorageOptions) {
    this.#options = options;
  }

  async upload(from: SiteFile, to: Access, how?: GridCallOptions): Promise<void> {
    const { commands } = this.#options;
    if (to.httpUrl === undefined) return await byCommand("upload", commands, from, to, how);
    try {
      await this.#limited(how, async (signal) => {
        const body = () => ReadableStream.from(from.folder.read(from.path));
        const request = { method: "PUT", body, signal } as const;
        const response = await this.#request(`take ${from.path}`, to, request, how);
        await response.body?.cancel();
      });
    } catch (error) {
      // It wants to know the length first, which `fetch` does not tell of a stream.
      if (!(error instanceof LengthRequired) || commands?.has("upload") !== true) throw error;
      await byCommand("upload", commands, from, to, how);
    }
  }

  async download(from: Access, to: SiteFile, how?: GridCallOptions): Promise<void> {
    const { commands } = this.#options;
    if (from.httpUrl === undefined) return await byCommand("download", commands, to, from, how);
    await this.#limited(how, async (signal) => {
      const request = { method: "GET", signal } as const;
      const response = await this.#request(`give ${to.path}`, from, request, how);
      try {
        await to.folder.write(to.path, response.body ?? ReadableStream.from([]));
      } catch (error) {
        how?.signal?.throwIfAborted();
        throw failure(`Cannot fetch ${to.path} from ${from.storage}`, error, true);
      }
    });
  }

  async #request(
    what: string,
    access: Access,
    request: FollowedRequest,
    how: GridCallOptions | undefined,
  ): Promise<Response> {
    let response: Response;
    try {
      const client = await this.#options.certificate?.client();
      response = await followRedirects(addressOf(access), { ...request, client });
    } catch (error) {
      how?.signal?.throwIfAborted();
      throw failure(`Cannot reach ${access.storage} to ${what}`, error, true);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    const { status, statusText } = response;
    const Refusal = status === LENGTH_REQUIRED ? LengthRequired : GridError;
    throw new Refusal(`${access.storage} refuses to ${what}: ${status} ${statusText}`.trim(), {
      transient: PASSING(status),
    });
  }

  /** Makes a transfer that a silent storage element must not hold up for ever. */
  #limited(
    how: GridCallOptions | undefined,
    transfer: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { timeoutMs = 3_600_000, clock = systemClock } = this.#options;
    return inTime(clock, timeoutMs, transfer, how?.signal);
  }
}

function addressOf({ httpUrl = "", envelope }: Access): URL {
  const url = new URL(httpUrl);
  if (envelope !== "") url.searchParams.set("authz", envelope);
  return url;
}

async function byCommand(
  step: "upload" | "download",
  commands: GridCommands | undefined,
  { folder, path }: SiteFile,
  { url, envelope, storage }: Access,
  how?: GridCallOptions,
): Promise<void> {
  if (commands === undefined || !commands.has(step)) {
    throw new GridError(
      `Cannot reach ${storage}: it has no HTTP address, and no command is configured for ${step}`,
      { transient: true },
    );
  }
  const values = { file: folder.path(path), url, envelope, storage };
  await commands.run(step, values, { ...how, input: `${envelope}\n` });
}

function failure(what: string, error: unknown, transient: boolean): GridError {
  return new GridError(`${what}: ${reasonOf(error)}`, { cause: error, transient });
}
