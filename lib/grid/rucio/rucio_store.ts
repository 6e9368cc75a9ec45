/**
 * Files into a grid's storage and catalogue, each once, in an order in which a crash leaves nothing wrong:
 * first the data, then its registration, then its place in the dataset, then a look at all of it.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { type Did, didOf, PATH_RULES } from "./names.ts";
import type { OutputFile, OutputSource, OutputStore } from "./output_store.ts";
import type { NewReplica, Rse, RucioCatalogue } from "./rucio_catalogue.ts";
import type { StoragePlace, WebStorage } from "./web_storage.ts";

/** What a {@linkcode RucioStore} needs. */
export interface RucioStoreOptions {
  /** Where files are registered. */
  readonly catalogue: RucioCatalogue;
  /** Where their bytes go. */
  readonly storage: WebStorage;
  /** Name of the storage element that takes the site's output. */
  readonly rse: string;
}

/** Schemes of storage that is reached by HTTP, with that of the address. */
const HTTP_SCHEMES: ReadonlyMap<string, string> = new Map([
  ["davs", "https"],
  ["https", "https"],
  ["dav", "http"],
  ["http", "http"],
]);

/** One storage element of a Rucio. */
export class RucioStore implements OutputStore {
  readonly #options: RucioStoreOptions;

  /**
   * Makes it; nothing is asked yet.
   *
   * @param options See {@linkcode RucioStoreOptions}.
   */
  constructor(options: RucioStoreOptions) {
    this.#options = options;
  }

  /** See {@linkcode OutputStore.store}. */
  async store(
    dataset: string,
    file: OutputFile,
    { content }: Pick<OutputSource, "content">,
    options: GridCallOptions = {},
  ): Promise<void> {
    const { catalogue, storage, rse } = this.#options;
    const datasetDid = didOf(dataset);
    const replica: NewReplica = { ...file, scope: datasetDid.scope, name: file.lfn };
    if (!await catalogue.hasReplica(replica, rse, options)) {
      const place = placeOf(replica, await catalogue.rse(rse, options));
      await storage.put(place, file, content, options);
    }
    await catalogue.addReplica(replica, rse, options);
    await catalogue.addDataset(datasetDid, rse, options);
    await catalogue.attach(datasetDid, replica, options);
    if (!await catalogue.hasReplica(replica, rse, options)) {
      throw new GridError(`Rucio does not show ${replica.scope}:${replica.name} at ${rse} yet`, {
        transient: true,
      });
    }
  }
}

/** Where a file belongs on a storage element. */
function placeOf(did: Did, rse: Rse): StoragePlace {
  if (!rse.isWritable) {
    throw new GridError(`Nothing may be written to ${rse.name} now`, { transient: true });
  }
  const [best] = rse.protocols
    .filter(({ scheme, writeRank }) => HTTP_SCHEMES.has(scheme) && writeRank > 0)
    .sort((one, other) => one.writeRank - other.writeRank);
  const rule = rse.isDeterministic ? PATH_RULES[rse.pathRule] : undefined;
  if (best === undefined || rule === undefined) {
    const lacks = best === undefined
      ? "it has no WebDAV protocol for writing"
      : `its paths follow the rule ${rse.isDeterministic ? rse.pathRule : "of nobody"}`;
    throw new GridError(`Cannot upload to ${rse.name}: ${lacks}`, { transient: true });
  }
  const { hostname, port, prefix } = best;
  const base = `${HTTP_SCHEMES.get(best.scheme)}://${hostname}:${port}${prefix}`;
  return { base: base.endsWith("/") ? base : `${base}/`, path: rule(did) };
}
