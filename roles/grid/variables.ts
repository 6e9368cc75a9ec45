/**
 * What every manager of a grid reads of its configuration.
 *
 * @module
 */
import {
  chatRoomVariables,
  defineVariables,
  envelopeVariable,
  loggingVariables,
  protectionVariables,
  xmppAccountVariables,
} from "../../lib/config.ts";
import {
  folderVariables,
  handOutVariables,
  queueVariables,
  tendingVariables,
  watchVariables,
} from "../jobmanager/variables.ts";

/**
 * Declares the variables. Queue and folders are the site's, and have the same names for both managers.
 *
 * @param list Default name of the queue: a grid's jobs are no other manager's.
 * @param prefix First part of the others' names: `JM` of one that hands jobs out, `SM` of one that takes
 * output.
 */
export function gridManagerVariables(list: string, prefix: "JM" | "SM") {
  return defineVariables({
    ...watchVariables,
    ...xmppAccountVariables(prefix),
    ...loggingVariables(prefix),
    ...protectionVariables(prefix),
    ...chatRoomVariables,
    ...envelopeVariable,
    ...queueVariables,
    waitingJobsList: { ...queueVariables.waitingJobsList, default: list },
    ...folderVariables,
    doneJobDir: { ...folderVariables.doneJobDir, required: true },
    ...tendingVariables,
    gridSweep: {
      name: `${prefix}_GRID_SWEEP`,
      kind: "seconds",
      meaning: "Time between two looks at the grid's jobs (ours)",
      example: "10s",
      default: 10,
      min: 0.1,
    },
  });
}

/** What only a manager reads that hands jobs out. */
export const gridHandOutVariables = defineVariables({
  ...handOutVariables,
  giveBack: {
    name: "JM_GRID_GIVE_BACK",
    kind: "seconds",
    meaning: "A job that no agent has wanted for so long goes back to the grid (ours)",
    example: "1h",
    default: 3600,
    min: 1,
  },
});
