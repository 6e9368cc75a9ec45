/**
 * AliEn in memory, for sites in virtual time.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { GridAdapter } from "../../../lib/grid/adapter.ts";
import { alienAdapter } from "../../../lib/grid/alien/adapter.ts";
import { GridCommands } from "../../../lib/grid/commands/grid_commands.ts";
import { createLogger, memorySink } from "../../../lib/log.ts";
import {
  CentralServices,
  MEMORY_COMMANDS,
  memoryCalls,
  memoryCommands,
  memoryStorage,
} from "../../../sim/grid/alien/mod.ts";
import { Life, mortal } from "../_mortal.ts";
import type { Site } from "../_site.ts";

/** LFN of the program that all jobs run. */
export const PROGRAM = "/alice/cern.ch/user/h/hartem/bin/simulate.sh";
/** Storage element that jobs name. */
export const STORAGE = "ALICE::CERN::EOS";

/** A JDL whose output is an archive and, where the program writes it, a file. */
export function jdl(more = ""): string {
  return `Executable = "${PROGRAM}";
Arguments = "--events 10";
InputFile = {"LF:/alice/cern.ch/user/h/hartem/config.C"};
OutputArchive = {"log_archive:stdout,stderr@${STORAGE}"};
OutputFile = {"output@${STORAGE}"};
OutputDir = "/alice/cern.ch/user/h/hartem/out/#alien_counter#";
Requirements = other.Type == "machine" && other.Memory > 1K;
${more}`;
}

/** States of a job on its way, each once. */
const STATES = ["WAITING", "ASSIGNED", "RUNNING", "SAVING", "DONE"];

/** AliEn with jobs to do. */
export class AlienWorld {
  readonly services: CentralServices;
  /** Ids of the jobs. */
  readonly ids: readonly string[];

  /**
   * Submits jobs.
   *
   * @param site The site that will run them.
   * @param jobs How many.
   */
  constructor(readonly site: Site, jobs = 2) {
    this.services = new CentralServices({ clock: site.clock, random: site.random() });
    this.services.addFile(PROGRAM, "#!/bin/sh\n");
    this.services.addFile("/alice/cern.ch/user/h/hartem/config.C", "int main;\n");
    this.ids = Array.from({ length: jobs }, (_, index) => {
      const text = jdl().replace("#alien_counter#", `${index}`);
      return `${this.services.queue.submit(text, "hartem").id}`;
    });
  }

  /** A site's connection; each call of the services is a step of its process' life. */
  connect(life = new Life()): GridAdapter {
    const { services } = this;
    const { clock } = this.site;
    const log = createLogger({ sinks: [memorySink()], clock });
    return alienAdapter({
      calls: mortal(memoryCalls(services), "alien", life),
      storage: mortal(memoryStorage(services), "storage", life),
      commands: new GridCommands({
        grid: "AliEn",
        book: MEMORY_COMMANDS,
        runner: mortal(memoryCommands(services), "command", life),
        log,
      }),
      clock,
      log,
    });
  }

  /** True where all jobs have ended. */
  get isDone(): boolean {
    return this.ids.every((id) => this.services.queue.job(id)?.status === "DONE");
  }

  /** All jobs are done, once, and their output is registered, once, with the right content. */
  assertDelivered(): void {
    const { queue, catalogue } = this.services;
    for (const [index, id] of this.ids.entries()) {
      assertEquals([id, ...queue.job(id)?.states ?? []], [id, ...STATES]);
      for (const name of ["log_archive", "output"]) {
        const lfn = `/alice/cern.ch/user/h/hartem/out/${index}/${name}`;
        const file = catalogue.files.get(lfn);
        assert(file !== undefined, `${lfn} is not registered`);
        assertEquals([lfn, file.registrations, file.replicas.length], [lfn, 1, 1]);
        assertEquals(this.services.contentOf(lfn)?.length, file.sizeBytes);
      }
    }
  }
}
