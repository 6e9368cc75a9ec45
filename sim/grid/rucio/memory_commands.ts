/**
 * A site's programs for a Rucio and its storage in memory, for tests in virtual time.
 *
 * @module
 */
import type { CommandResult, CommandRunner } from "../../../lib/grid/commands/command_runner.ts";
import type { CommandBook } from "../../../lib/grid/commands/grid_commands.ts";
import { factsOf } from "../../../lib/grid/rucio/checksums.ts";
import { didOf, PATH_RULES } from "../../../lib/grid/rucio/names.ts";
import { joined } from "../../machine/memory_archive.ts";
import type { MemoryWorkspace } from "../../machine/memory_workspace.ts";
import { type SimCatalogue, SimRucioError } from "./sim_catalogue.ts";
import { STORAGE_FOLDER, type StorageService } from "./storage_service.ts";

/** Argument lists that {@linkcode rucioCommands} understands. */
export const RUCIO_COMMANDS: CommandBook = {
  find: ["find", "{scope}", "{lfn}", "{dataset}", "{rse}"],
  upload: ["upload", "{scope}", "{lfn}", "{file}"],
  register: ["register", "{scope}", "{lfn}", "{dataset}", "{rse}", "{guid}"],
};

/** Where files are and what is known of them. */
export interface RucioCommandsOptions {
  readonly catalogue: SimCatalogue;
  readonly storage: StorageService;
  /** Folder in which files to upload lie. */
  readonly folder: MemoryWorkspace;
}

/** Makes the runner of {@linkcode RUCIO_COMMANDS}. A file that is registered already is refused. */
export function rucioCommands(options: RucioCommandsOptions): CommandRunner {
  return {
    async run([step = "", ...args], { signal }): Promise<CommandResult> {
      signal?.throwIfAborted();
      try {
        const stdout = await STEPS[step]?.(options, args);
        return stdout === undefined
          ? { code: 64, stdout: "", stderr: `There is no step ${step}` }
          : { code: 0, stdout, stderr: "" };
      } catch (error) {
        if (!(error instanceof SimRucioError)) throw error;
        return { code: 1, stdout: "", stderr: `${error.exception}: ${error.message}` };
      }
    },
  };
}

type Step = (options: RucioCommandsOptions, args: readonly string[]) => Promise<string>;

const STEPS: Readonly<Record<string, Step>> = {
  find({ catalogue }, [scope = "", lfn = "", dataset = "", rse = ""]) {
    const id = `${scope}:${lfn}`;
    const file = catalogue.files.get(id);
    if (file === undefined) return Promise.resolve("");
    const isStored = file.replicas.get(rse) === "A" &&
      catalogue.datasets.get(dataset)?.content.has(id);
    return Promise.resolve(`${file.bytes} ${file.adler32}${isStored ? " stored" : ""}\n`);
  },
  async upload({ storage, folder }, [scope = "", name = "", file = ""]) {
    storage.files.set(placeOf(scope, name), await joined(folder.read(folder.relativePath(file))));
    return "";
  },
  async register({ catalogue, storage }, [scope = "", name = "", dataset = "", rse = "", guid]) {
    const bytes = storage.files.get(placeOf(scope, name)) ?? new Uint8Array();
    const { sizeBytes, adler32, md5 } = await factsOf(ReadableStream.from([bytes]));
    const file = { scope, name, bytes: sizeBytes, adler32, md5, meta: { guid } };
    catalogue.addReplicas(rse, [file]);
    const { scope: datasetScope, name: datasetName } = didOf(dataset);
    if (!catalogue.datasets.has(dataset)) catalogue.addDataset(datasetScope, datasetName, []);
    catalogue.attach(dataset, [file]);
    return "";
  },
};

function placeOf(scope: string, name: string): string {
  return `${STORAGE_FOLDER}/${PATH_RULES["hash"]?.({ scope, name })}`;
}
