/** The model grid behaves as any grid does. */
import type { GridBench } from "../../contract/grid_adapter.ts";
import { gridAdapterContract } from "../../contract/grid_adapter.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { ModelGrid } from "./_model_grid.ts";

const STATES = {
  given: "given",
  running: "given",
  waiting: "waiting",
  cancelled: "cancelled",
} as const;

gridAdapterContract("the model grid", (): GridBench => {
  const grid = new ModelGrid();
  return {
    connect: () => grid.connect(),
    folder: new MemoryWorkspace(),
    host: { name: "vm.localhost", jdl: "[\n]\n" },
    addJob() {
      const id = `${1001 + grid.jobs.size}`;
      grid.add(id);
      return id;
    },
    stateOf(id) {
      const { state, results } = grid.job(id);
      return state === "done" ? results.at(-1)?.outcome ?? "failed" : STATES[state];
    },
    endsOf: (id) => grid.job(id).results.length,
    registrationsOf: (id) => grid.job(id).registered.length,
    cancel: (id) => void (grid.job(id).state = "cancelled"),
    setReachable: (isReachable) => void (grid.isDown = !isReachable),
    refuseOutput: () => void (grid.refusesOutput = true),
    slowDown: () => void (grid.isSlow = true),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});
