/**
 * Rucio's catalogue: which files there are, where their replicas lie, and which dataset holds them. Whatever
 * is added is harmless to add again (rucio/rucio, `lib/rucio/web/rest/flaskapi/v1`).
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { type FileFacts, isAdler32 } from "./checksums.ts";
import type { Did } from "./names.ts";
import type { RucioRequest, RucioSession } from "./rucio_session.ts";

/** A file as the catalogue knows it. */
export interface CatalogueFile {
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** Adler-32, in hexadecimal digits. */
  readonly adler32: string;
}

/** How a storage element is reached (`GET /rses/NAME`). */
export interface RseProtocol {
  /** Scheme of its addresses, such as `davs`. */
  readonly scheme: string;
  /** Machine. */
  readonly hostname: string;
  /** TCP port. */
  readonly port: number;
  /** Folder of all files, with a slash at both ends. */
  readonly prefix: string;
  /** Rank for writing from anywhere; 1 is best, 0: it is not for writing. */
  readonly writeRank: number;
}

/** A storage element. */
export interface Rse {
  /** Its name, such as `CERN-PROD_DATADISK`. */
  readonly name: string;
  /** False while nothing may be written there. */
  readonly isWritable: boolean;
  /** True where a file's path follows from its name. */
  readonly isDeterministic: boolean;
  /** Name of the rule by which it follows. */
  readonly pathRule: string;
  /** How it is reached. */
  readonly protocols: readonly RseProtocol[];
}

/** A replica to be registered. */
export interface NewReplica extends Did, FileFacts {
  /** 32 hexadecimal digits. */
  readonly guid: string;
}

/** The catalogue of one Rucio server. */
export class RucioCatalogue {
  readonly #session: RucioSession;

  /**
   * Makes it; nothing is asked yet.
   *
   * @param session The session.
   */
  constructor(session: RucioSession) {
    this.#session = session;
  }

  /** Looks a storage element up (`GET /rses/NAME`). */
  async rse(name: string, options: GridCallOptions = {}): Promise<Rse> {
    const found = await this.#object({ ...options, method: "GET", path: `/rses/${escaped(name)}` });
    const protocols = Array.isArray(found?.["protocols"]) ? found["protocols"] : [];
    return {
      name,
      isWritable: found?.["availability_write"] !== false,
      isDeterministic: found?.["deterministic"] !== false,
      pathRule: String(found?.["lfn2pfn_algorithm"] ?? "hash").replace(/^default$/, "hash"),
      protocols: protocols.map(protocolOf),
    };
  }

  /** Looks a file up (`GET /dids/SCOPE/NAME/meta`); `undefined` where there is none. */
  async file(did: Did, options: GridCallOptions = {}): Promise<CatalogueFile | undefined> {
    const meta = await this.#object({
      ...options,
      method: "GET",
      path: `${pathOf(did)}/meta`,
      expects: ["DataIdentifierNotFound"],
    });
    if (meta === undefined) return undefined;
    return { sizeBytes: Number(meta["bytes"]), adler32: String(meta["adler32"] ?? "") };
  }

  /** True where a good replica of a file lies on a storage element (`POST /replicas/list`). */
  async hasReplica(
    { scope, name }: Did,
    rse: string,
    options: GridCallOptions = {},
  ): Promise<boolean> {
    const replicas = await this.#object({
      ...options,
      method: "POST",
      path: "/replicas/list",
      parameters: { dids: [{ scope, name }], all_states: true },
      expects: ["DataIdentifierNotFound"],
    });
    return (Object(replicas?.["states"]) as Record<string, unknown>)[rse] === "AVAILABLE";
  }

  /**
   * Registers a file that lies on a storage element (`POST /replicas`), or only its replica where the file
   * is known.
   *
   * @throws {GridError} For good, when the catalogue knows another file of this name.
   */
  async addReplica(file: NewReplica, rse: string, options: GridCallOptions = {}): Promise<void> {
    const { scope, name, sizeBytes, adler32, md5, guid } = file;
    const known = await this.file(file, options);
    if (known !== undefined) {
      if (known.sizeBytes !== sizeBytes || !isAdler32(known.adler32, file)) {
        throw new GridError(
          `Rucio has another file ${scope}:${name}: ${known.sizeBytes} bytes, Adler-32 ${known.adler32}`,
          { transient: false },
        );
      }
      if (await this.hasReplica(file, rse, options)) return;
    }
    await this.#session.ask({
      ...options,
      method: "POST",
      path: "/replicas",
      parameters: {
        rse,
        files: [{ scope, name, bytes: sizeBytes, adler32, md5, meta: { guid }, state: "A" }],
      },
      // Somebody was faster, or the answer to our own request was lost.
      expects: ["Duplicate", "DataIdentifierAlreadyExists"],
    });
  }

  /** Makes a dataset with a rule that keeps its files (`POST /dids/SCOPE/NAME`), unless there is one. */
  async addDataset(did: Did, rse: string, options: GridCallOptions = {}): Promise<void> {
    const request = { ...options, path: pathOf(did) };
    const known = await this.#object({
      ...request,
      method: "GET",
      expects: ["DataIdentifierNotFound"],
    });
    if (known !== undefined) return;
    const { account } = this.#session;
    await this.#session.ask({
      ...request,
      method: "POST",
      parameters: {
        type: "DATASET",
        rules: [{ account, copies: 1, rse_expression: rse, grouping: "DATASET" }],
      },
      expects: ["DataIdentifierAlreadyExists"],
    });
  }

  /** Puts a file into a dataset (`POST /dids/SCOPE/NAME/dids`), unless it is there. */
  async attach(dataset: Did, file: Did, options: GridCallOptions = {}): Promise<void> {
    if (await this.#isAttached(dataset, file, options)) return;
    const { scope, name } = file;
    await this.#session.ask({
      ...options,
      method: "POST",
      path: `${pathOf(dataset)}/dids`,
      parameters: { dids: [{ scope, name }] },
      expects: ["DuplicateContent", "FileAlreadyExists"],
    });
  }

  /** Asks for the datasets of a file, which are few (`GET /dids/SCOPE/NAME/parents`). */
  async #isAttached(dataset: Did, file: Did, options: GridCallOptions): Promise<boolean> {
    const parents = await this.#objects({
      ...options,
      method: "GET",
      path: `${pathOf(file)}/parents`,
    });
    return parents.some(({ scope, name }) => scope === dataset.scope && name === dataset.name);
  }

  async #object(request: RucioRequest): Promise<Record<string, unknown> | undefined> {
    return (await this.#objects(request))[0];
  }

  /** Reads objects, one a line (`application/x-json-stream`); none where an expected refusal came. */
  async #objects(request: RucioRequest): Promise<Record<string, unknown>[]> {
    const answer = await this.#session.ask(request);
    if (typeof answer !== "string") return [];
    try {
      return answer.split("\n").filter((line) => line.trim() !== "")
        .map((line) => Object(JSON.parse(line)) as Record<string, unknown>);
    } catch (error) {
      throw new GridError(`Cannot read what Rucio answers to ${request.path}`, {
        transient: true,
        cause: error,
      });
    }
  }
}

function pathOf({ scope, name }: Did): string {
  return `/dids/${escaped(scope)}/${escaped(name)}`;
}

function escaped(text: string): string {
  return encodeURIComponent(text);
}

function protocolOf(value: unknown): RseProtocol {
  const protocol = Object(value) as Record<string, unknown>;
  const domains = Object(protocol["domains"]) as Record<string, unknown>;
  const { write } = Object(domains["wan"]) as Record<string, unknown>;
  return {
    scheme: String(protocol["scheme"]),
    hostname: String(protocol["hostname"]),
    port: Number(protocol["port"]),
    prefix: String(protocol["prefix"]),
    writeRank: Number(write ?? 0),
  };
}
