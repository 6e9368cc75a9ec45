/**
 * The PanDA Storage Manager (report, table 1.1 and 3.2): takes the output of PanDA's pilots, which the generic
 * manager hands out as jobs and sends here with what they made, uploads and registers it, and ends their
 * jobs in PanDA. Both managers are on one Redis and one Chirp directory.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { openQueue } from "../lib/jobs/open_queue.ts";
import { openLog } from "../lib/log.ts";
import { GridManager } from "./grid/grid_manager.ts";
import { openPanda, pandaManagerOptions } from "./grid/open_panda.ts";
import { PANDA_STORAGEMANAGER, pandaStorageManagerVariables } from "./grid/panda_variables.ts";

if (import.meta.main) {
  const { component: name, prefix } = PANDA_STORAGEMANAGER;
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(pandaStorageManagerVariables, {
      name,
      summary: "Takes the output of PanDA's pilots to the grid's storage, and ends their jobs",
    });
    using openedLog = await openLog(config, { component: name, prefix });
    const log = openedLog.logger;
    for (const warning of warnings) log.warning(warning);
    await using queue = await openQueue(config);
    using panda = await openPanda(config, log);
    const parts = { adapter: panda.adapter, queue, log };
    await new GridManager(await pandaManagerOptions(config, parts)).run(signal);
    return EXIT.done;
  }, { name });
}
