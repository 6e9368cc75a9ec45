/** PanDA's adapter does what the seam promises. */
import { MemoryWorkspace } from "../../../../sim/machine/memory_workspace.ts";
import { VirtualClock } from "../../../../sim/world/virtual_clock.ts";
import { pilotGridContract } from "../../../contract/pilot_grid.ts";
import { lfnOf, packPilotFiles, PandaGrid, pilotFiles, RSE } from "../_panda_grid.ts";

const STATES = new Map([["activated", "waiting"], ["cancelled", "cancelled"]] as const);

/** The ways to the server and to the storage. */
const KINDS = [
  { kind: "PanDA", api: "v1", byCommands: false },
  { kind: "PanDA by commands", api: "v1", byCommands: true },
  { kind: "PanDA before 1.0", api: "classic", byCommands: false },
] as const;

for (const { kind, api, byCommands } of KINDS) {
  pilotGridContract(kind, () => {
    const grid = new PandaGrid(new VirtualClock(), api);
    const folder = new MemoryWorkspace();
    const services = [grid.panda, grid.rucio, grid.storage];
    return Promise.resolve({
      connect: () => grid.connect(grid.call, byCommands ? grid.commands(folder) : undefined),
      folder,
      addJob() {
        const pandaId = 4001 + grid.panda.jobs.length;
        grid.add(pandaId);
        return `${pandaId}`;
      },
      async bring(id, outcome) {
        grid.startNext();
        const archive = `${id}.tgz`;
        const state = outcome === "succeeded" ? "finished" : "failed";
        await packPilotFiles(folder, archive, pilotFiles(Number(id), { state }));
        return { folder, archive, outcome };
      },
      stateOf(id) {
        const { status, end } = grid.panda.job(Number(id));
        if (end === undefined) return STATES.get(status as "activated") ?? "given";
        return end["job_status"] === "finished" ? "succeeded" : "failed";
      },
      endsOf: (id) => grid.panda.job(Number(id)).ends,
      registrationsOf: (id) =>
        grid.rucio.catalogue.files.get(`user.alice:${lfnOf(Number(id))}`)?.registrations ?? 0,
      cancel: (id) => grid.panda.job(Number(id)).cancel(0),
      setReachable(isReachable) {
        for (const { faults } of services) {
          if (isReachable) faults.end();
          else faults.plan("away", () => true, Infinity);
        }
      },
      refuseOutput() {
        for (const { outputs } of grid.panda.jobs) {
          for (const name of outputs) {
            // Somebody else's file.
            const file = { scope: "user.alice", name, bytes: 1, adler32: "00000001" };
            grid.rucio.catalogue.addReplicas(RSE, [file]);
            grid.rucio.catalogue.file(`user.alice:${name}`).registrations = 0;
          }
        }
      },
      hang() {
        const { promise, resolve } = Promise.withResolvers<void>();
        grid.panda.faults.plan("silent", () => {
          resolve();
          return true;
        });
        return promise;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  });
}
