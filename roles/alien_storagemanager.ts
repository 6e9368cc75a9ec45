/**
 * The AliEn Storage Manager (report, table 1.1 and 3.1): takes the output of AliEn's jobs from agents that
 * the AliEn Job Manager sends, puts it into the storage element that the job's JDL names, registers it and
 * sets the job's final status. Both managers are on one Redis and one Chirp directory.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { openQueue } from "../lib/jobs/open_queue.ts";
import { openLog } from "../lib/log.ts";
import { ALIEN_STORAGEMANAGER, alienStorageManagerVariables } from "./grid/alien_variables.ts";
import { GridManager } from "./grid/grid_manager.ts";
import { openAlien } from "./grid/open_alien.ts";
import { gridManagerOptions } from "./grid/open_grid_manager.ts";

if (import.meta.main) {
  const { component: name, prefix } = ALIEN_STORAGEMANAGER;
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(alienStorageManagerVariables, {
      name,
      summary: "Takes the output of AliEn's jobs from agents to AliEn's storage",
    });
    using openedLog = await openLog(config, { component: name, prefix });
    const log = openedLog.logger;
    for (const warning of warnings) log.warning(warning);
    await using queue = await openQueue(config);
    await using alien = await openAlien(config, log, ALIEN_STORAGEMANAGER);
    const parts = { adapter: alien.adapter, queue, log, identity: ALIEN_STORAGEMANAGER };
    await new GridManager({ ...await gridManagerOptions(config, parts), mode: "storage" })
      .run(signal);
    return EXIT.done;
  }, { name });
}
