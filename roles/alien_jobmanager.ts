/**
 * The AliEn Job Manager (report, table 1.1 and 3.1): lends a site's agents to AliEn, whose central queue
 * chooses the jobs. Their output goes to the AliEn Storage Manager, or is taken here where none is named.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { openQueue } from "../lib/jobs/open_queue.ts";
import { openLog } from "../lib/log.ts";
import { ALIEN_JOBMANAGER, alienJobManagerVariables } from "./grid/alien_variables.ts";
import { GridManager } from "./grid/grid_manager.ts";
import { openAlien } from "./grid/open_alien.ts";
import { gridManagerOptions } from "./grid/open_grid_manager.ts";
import { handOutOptions } from "./jobmanager/open_jobmanager.ts";

if (import.meta.main) {
  const { component: name, prefix } = ALIEN_JOBMANAGER;
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(alienJobManagerVariables, {
      name,
      summary: "Hands jobs of AliEn to agents, and their output to AliEn's storage",
    });
    using openedLog = await openLog(config, { component: name, prefix });
    const log = openedLog.logger;
    for (const warning of warnings) log.warning(warning);
    await using queue = await openQueue(config);
    await using alien = await openAlien(config, log, ALIEN_JOBMANAGER);
    const parts = { adapter: alien.adapter, queue, log, identity: ALIEN_JOBMANAGER };
    await new GridManager({
      ...await gridManagerOptions(config, parts),
      ...handOutOptions(config),
      giveBackSeconds: config.giveBack,
      redirectStorageTo: config.redirectStorageTo?.full,
    }).run(signal);
    return EXIT.done;
  }, { name });
}
