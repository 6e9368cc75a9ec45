import { assertEquals } from "@std/assert";
import type { HistoryEntry, JobRecord } from "../../../lib/jobs/job_store.ts";
import type { GridTry } from "../../../tools/demo/grid/demo_grid.ts";
import { type GridEnding, gridTable } from "../../../tools/demo/grid/grid_report.ts";

/** A job with its states at the grid and at the site. */
function ending(
  tries: readonly [...GridTry[], GridTry],
  states: readonly string[],
  more: { registered?: readonly string[]; printed?: string } = {},
): GridEnding {
  const { registered = ["out"], printed = "4" } = more;
  return {
    view: { id: "1", tries, hasEnded: true, registered, asExpected: true, prints: "4" },
    record: { state: states.at(-1) } as JobRecord,
    history: states.map((state) => ({ state }) as HistoryEntry),
    printed,
  };
}

const RUN = ["waiting", "leased", "running"];

Deno.test("gridTable() shows states at the grid and at the site side by side, a line a try", () => {
  const endings = [
    ending([{ name: "7 lost", states: ["RUNNING", "DONE"] }], [...RUN, ...RUN, "succeeded"]),
    ending(
      [{ name: "8 lost", states: ["failed"] }, { name: "9 again", states: ["finished"] }],
      [...RUN, "running", ...RUN, "succeeded"],
    ),
    ending([{ name: "10 bad", states: ["DONE"] }], ["held", "failed"], {
      registered: [],
      printed: "5",
    }),
  ];
  assertEquals(
    gridTable(endings, "Grid", { colours: false }),
    `JOB      IN GRID       IN CO-PILOT                       FILES
7 lost   RUNNING DONE  waiting leased running
                       waiting leased running succeeded      1  as expected
8 lost   failed        waiting leased running
9 again  finished      waiting leased running succeeded      1  as expected
10 bad   DONE          held failed                              NOT AS EXPECTED
`,
  );
});
