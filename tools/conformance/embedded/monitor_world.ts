/**
 * Our monitor in a world of its own: the suite is its Carbon; documents go to an embedded MongoDB.
 *
 * @module
 */
import { silentLogger } from "../../../lib/log.ts";
import { Monitor } from "../../../roles/monitor.ts";
import { mongoDetailStore } from "../../../roles/monitor/mongo_detail_store.ts";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import type { MonitorCase } from "../case.ts";
import { CarbonEar } from "../carbon_ear.ts";
import { DATABASE, readDetails } from "../detail_reader.ts";
import { monitorStage } from "../monitor_stage.ts";
import type { TranscriptMaker } from "../target.ts";
import { DOMAIN, PATIENCE, type World } from "./world.ts";

const ACCOUNT = "monitor";

/** What becomes of a line to Carbon, for tests that put a fault into a monitor. */
export type LineDisturbance = (line: string) => readonly string[];

/**
 * Runs a case against our monitor.
 *
 * @param world An empty world.
 * @param test The case.
 * @param makeTranscript Makes its transcript.
 * @param disturbLine What becomes of its lines. Default: they pass.
 */
export async function runInMonitorWorld(
  world: World,
  test: MonitorCase,
  makeTranscript: TranscriptMaker,
  disturbLine: LineDisturbance = (line) => [line],
): Promise<void> {
  const { clock, inFlight } = world;
  const random = world.random();
  const carbon = new CarbonEar(clock);
  await using resources = new AsyncDisposableStack();
  const mongo = test.needs?.includes("mongodb")
    ? resources.use(await inFlight.track(startMongoServer()))
    : undefined;
  const details = mongo && resources.use(mongoDetailStore({
    ...{ url: mongo.url, database: DATABASE, clock, log: silentLogger },
  }));
  const reader = mongo && resources.use(await inFlight.track(readDetails(mongo.url)));
  resources.use(world.run(ACCOUNT, "one", (link) =>
    new Monitor({
      link,
      metrics: {
        write: (samples) => {
          for (const { path, value, timeSeconds } of samples) {
            for (const line of disturbLine(`${path} ${value} ${timeSeconds}`)) carbon.take(line);
          }
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      details,
      log: silentLogger,
      clock,
      random: world.random(),
    })));
  const peer = await world.peer("jobmanager", makeTranscript(() => clock.now()));
  await test.run(monitorStage({
    ...{ clock, patience: PATIENCE, monitor: `${ACCOUNT}@${DOMAIN}`, peer, random, carbon },
    details: reader && {
      ...reader,
      find: (user) => inFlight.track(reader.find(user)),
    },
  }));
  await inFlight.track(resources.disposeAsync());
}
