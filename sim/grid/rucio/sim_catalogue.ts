/**
 * What a Rucio server in memory remembers, and how often it was told.
 *
 * @module
 */

/** A file of the catalogue. */
export interface SimFile {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number;
  readonly adler32: string | null;
  readonly md5: string | null;
  readonly guid: string | null;
  /** State of the replica by storage element: `A`vailable, `C`opying. */
  readonly replicas: Map<string, string>;
  /** How often a replica was registered; more than once would be wrong. */
  registrations: number;
}

/** A dataset of the catalogue. */
export interface SimDataset {
  readonly scope: string;
  readonly name: string;
  /** Files by `scope:name`, with how often each was attached. */
  readonly content: Map<string, number>;
  /** Storage elements that keep it, by its rules. */
  readonly rules: string[];
}

/** A refusal, under Rucio's own name for it. */
export class SimRucioError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "SimRucioError";

  /**
   * Says why.
   *
   * @param status HTTP status.
   * @param exception Class of Rucio's exception.
   * @param message The reason.
   */
  constructor(readonly status: number, readonly exception: string, message: string) {
    super(message);
  }
}

/** Files and datasets; names are `scope:name`. */
export class SimCatalogue {
  readonly files = new Map<string, SimFile>();
  readonly datasets = new Map<string, SimDataset>();
  readonly #rse: string;

  /** @param rse Name of the only storage element. */
  constructor(rse: string) {
    this.#rse = rse;
  }

  /** A file or dataset. */
  did(id: string): SimFile | SimDataset {
    const found = this.files.get(id) ?? this.datasets.get(id);
    if (found === undefined) {
      throw new SimRucioError(404, "DataIdentifierNotFound", `Data identifier '${id}' not found`);
    }
    return found;
  }

  /** A file. */
  file(id: string): SimFile {
    const found = this.did(id);
    if ("replicas" in found) return found;
    throw new SimRucioError(409, "UnsupportedOperation", `${id} is no file`);
  }

  /** Registers replicas (`POST /replicas`): none that is there already. */
  addReplicas(rse: string, files: readonly Readonly<Record<string, unknown>>[]): void {
    this.#checkRse(rse);
    for (const { scope, name, bytes, adler32 = null, md5 = null, meta, state = "A" } of files) {
      const id = `${scope}:${name}`;
      if (this.datasets.has(id)) {
        throw new SimRucioError(409, "DataIdentifierAlreadyExists", `${id} is a dataset`);
      }
      const { guid = null } = Object(meta);
      const file = this.files.get(id) ?? {
        scope: String(scope),
        name: String(name),
        bytes: Number(bytes),
        adler32: adler32 as string | null,
        md5: md5 as string | null,
        guid,
        replicas: new Map<string, string>(),
        registrations: 0,
      };
      if (file.replicas.has(rse)) {
        throw new SimRucioError(409, "Duplicate", `Replica of ${id} at ${rse} already exists`);
      }
      file.replicas.set(rse, String(state));
      file.registrations++;
      this.files.set(id, file);
    }
  }

  /** Changes states of replicas (`PUT /replicas`). */
  updateReplicas(rse: string, files: readonly Readonly<Record<string, unknown>>[]): void {
    for (const { scope, name, state } of files) {
      this.file(`${scope}:${name}`).replicas.set(rse, String(state));
    }
  }

  /** Makes a dataset (`POST /dids/SCOPE/NAME`). */
  addDataset(scope: string, name: string, rules: readonly Readonly<Record<string, unknown>>[]) {
    const id = `${scope}:${name}`;
    if (this.datasets.has(id) || this.files.has(id)) {
      throw new SimRucioError(409, "DataIdentifierAlreadyExists", `${id} already exists`);
    }
    const keepers = rules.map(({ rse_expression: rse }) => String(rse));
    for (const rse of keepers) this.#checkRse(rse);
    this.datasets.set(id, { scope, name, content: new Map(), rules: keepers });
  }

  /** Puts files into a dataset (`POST /dids/SCOPE/NAME/dids`): none that is in it. */
  attach(id: string, files: readonly Readonly<Record<string, unknown>>[]): void {
    const dataset = this.did(id);
    if (!("content" in dataset)) {
      throw new SimRucioError(409, "UnsupportedOperation", `${id} is no dataset`);
    }
    for (const { scope, name } of files) {
      const file = `${scope}:${name}`;
      this.file(file);
      if (dataset.content.has(file)) {
        throw new SimRucioError(409, "DuplicateContent", `${file} is in ${id} already`);
      }
      dataset.content.set(file, (dataset.content.get(file) ?? 0) + 1);
    }
  }

  /** Datasets of a file. */
  parents(id: string): readonly SimDataset[] {
    this.did(id);
    return [...this.datasets.values()].filter(({ content }) => content.has(id));
  }

  #checkRse(rse: string): void {
    if (rse !== this.#rse) {
      throw new SimRucioError(404, "RSENotFound", `RSE '${rse}' cannot be found`);
    }
  }
}
