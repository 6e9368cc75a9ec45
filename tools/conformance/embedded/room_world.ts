/**
 * A manager and an agent of ours in a Heartbeat room.
 *
 * @module
 */
import { connectChirp } from "../../../lib/chirp/mod.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { silentLogger } from "../../../lib/log.ts";
import type { ProcessReading } from "../../../lib/machine/host.ts";
import { Agent } from "../../../roles/agent.ts";
import { JobManager } from "../../../roles/jobmanager.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { modelRunner } from "../../../sim/machine/model_runner.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import type { HeartbeatCase } from "../case.ts";
import { visitRoom } from "../room_visit.ts";
import type { TranscriptMaker } from "../target.ts";
import { DOMAIN, PATIENCE, type World } from "./world.ts";

const MANAGER = "jobmanager";
const ROOM = `pilots-lounge@conference.${DOMAIN}`;
/** What runs on the machine of both. */
const PROCESSES: readonly ProcessReading[] = [
  { command: "init", cpuPercent: 0.1, memoryPercent: 0.5, residentKiB: 9216, time: "00:00:02" },
  { command: "job.sh", cpuPercent: 98.5, memoryPercent: 2, residentKiB: 40_960, time: "01:10:00" },
];
/** Time in which the components come online and join, in milliseconds. */
const JOINING_MS = 5000;

/**
 * Runs a case against the components of a room.
 *
 * @param world An empty world.
 * @param test The case.
 * @param makeTranscript Makes its transcript.
 */
export async function runInRoomWorld(
  world: World,
  test: HeartbeatCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { clock } = world;
  using redis = new RedisStore({ clock, random: world.random() });
  const host = modelHost({ processes: PROCESSES });
  await using _manager = world.run(MANAGER, "one", (link) =>
    new JobManager({
      link,
      store: new RedisJobStore(memoryRedisCalls(redis)),
      chirpFolder: new MemoryWorkspace({ root: "/chirp", clock }),
      chirpAddress: "chirp.localhost:9094",
      host,
      room: ROOM,
      log: silentLogger,
      clock,
      random: world.random(),
    }));
  await using _agent = world.run("agent", "one", (link) =>
    new Agent({
      manager: `${MANAGER}@${DOMAIN}`,
      link,
      host,
      workspace: new MemoryWorkspace({ root: "/work", clock }),
      runner: modelRunner({ clock, random: world.random() }),
      openTransfer: () => connectChirp({ host: "chirp.localhost" }),
      room: ROOM,
      log: silentLogger,
      clock,
      random: world.random(),
    }));
  const tool = await world.peer("heartbeat", makeTranscript(() => clock.now()));
  await tool.pass(JOINING_MS);
  const visit = await visitRoom(tool, ROOM);
  await test.run({
    clock,
    patience: PATIENCE,
    room: ROOM,
    tool,
    nicks: visit?.nicks ?? [],
    component: `${MANAGER}@${DOMAIN}/one`,
  });
}
