/**
 * Output of PanDA's jobs by a site's own commands, such as Rucio's client or the site's data mover, which the
 * original has in this place (`copilot-panda-data-mover`).
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { GridCommands } from "../commands/grid_commands.ts";
import { isAdler32 } from "./checksums.ts";
import { didOf } from "./names.ts";
import type { OutputFile, OutputSource, OutputStore } from "./output_store.ts";

/**
 * Steps that are commands, each given `{scope}`, `{lfn}`, `{guid}`, `{sizeBytes}`, `{adler32}` and `{md5}` of a file,
 * `{dataset}` (with its scope, `SCOPE:NAME`) and `{rse}`:
 * - `find` prints on its last line what is registered under this name: size in bytes, Adler-32 and, where it lies at the
 *   storage element and is in the dataset, the word `stored`; nothing where there is no such file;
 * - `upload`, given `{file}` (its absolute path), too, puts the file into the storage, and registers it
 *   unless `register` is configured;
 * - `register` registers it and puts it into the dataset; may be missing.
 *
 * Where one was cut short, both are run again until `find` finds the file: what is there must not hinder them.
 */
export const STORE_STEPS = ["find", "upload", "register"] as const;
/** Those that may not be missing. */
export const NEEDED_STORE_STEPS = ["find", "upload"] as const;

/** What a {@linkcode CommandStore} needs. */
export interface CommandStoreOptions {
  /** Commands for {@linkcode STORE_STEPS}. */
  readonly commands: GridCommands;
  /** Name of the storage element that takes the site's output. */
  readonly rse: string;
}

/** Values of the places in a command's arguments. */
type Values = Readonly<Record<string, string>>;

/** A storage that programs reach. */
export class CommandStore implements OutputStore {
  readonly #options: CommandStoreOptions;

  /**
   * Makes it; nothing is run yet.
   *
   * @param options See {@linkcode CommandStoreOptions}.
   */
  constructor(options: CommandStoreOptions) {
    this.#options = options;
  }

  /** See {@linkcode OutputStore.store}. */
  async store(
    dataset: string,
    file: OutputFile,
    source: OutputSource,
    options: GridCallOptions = {},
  ): Promise<void> {
    const { commands, rse } = this.#options;
    const values = valuesOf(dataset, file, rse);
    // Whoever was killed after its last command has done all of it.
    if (await this.#isStored(file, values, options)) return;
    await this.#upload(file, source, values, options);
    if (commands.has("register")) await commands.run("register", values, options);
    if (await this.#isStored(file, values, options)) return;
    throw new GridError(`${file.lfn} is not found at ${rse} after its upload`, {
      transient: true,
    });
  }

  async #upload(
    { lfn }: OutputFile,
    { content, folder, directory }: OutputSource,
    values: Values,
    options: GridCallOptions,
  ): Promise<void> {
    const copy = `${directory}/${lfn}`;
    await folder.remove(directory);
    await folder.makeDirectory(directory);
    try {
      await folder.write(copy, content());
      await this.#options.commands.run("upload", { ...values, file: folder.path(copy) }, options);
    } finally {
      await folder.remove(directory);
    }
  }

  /** True where nothing is left to do; another file of the name can never make way. */
  async #isStored(file: OutputFile, values: Values, options: GridCallOptions): Promise<boolean> {
    const { stdout } = await this.#options.commands.run("find", values, options);
    const line = stdout.trimEnd().split("\n").at(-1) ?? "";
    if (line === "") return false;
    const found = /^\s*(\d+)\s+([0-9a-f]{1,8})(\s+stored)?\s*$/i.exec(line);
    if (found === null) {
      throw new GridError(
        `Cannot read what find of PanDA printed of ${file.lfn}: ${
          JSON.stringify(line.slice(0, 200))
        }`,
        { transient: true },
      );
    }
    const [, size, adler32 = "", stored] = found;
    if (Number(size) === file.sizeBytes && isAdler32(adler32, file)) return stored !== undefined;
    throw new GridError(
      `The catalogue has another file ${
        values["scope"]
      }:${file.lfn}: ${size} bytes, Adler-32 ${adler32}`,
      { transient: false },
    );
  }
}

function valuesOf(dataset: string, file: OutputFile, rse: string): Values {
  const { scope, name } = didOf(dataset);
  const { lfn, guid, sizeBytes, adler32, md5 } = file;
  const facts = { lfn, guid, sizeBytes: `${sizeBytes}`, adler32, md5 };
  return { ...facts, scope, dataset: `${scope}:${name}`, rse };
}
