/** Details on their way to MongoDB when the monitor ends. The sanitizers see what is left behind. */
import { systemClock } from "../../../lib/clock.ts";
import { silentLogger } from "../../../lib/log.ts";
import { mongoDetailStore } from "../../../roles/monitor/mongo_detail_store.ts";
import { MONGO_STATES } from "../_server_states.ts";

/** Turns of the event loop between the details and the end: connecting, making indexes, storing. */
const TURNS = [0, 1, 2, 3, 5, 8, 13, 21];

for (const [state, start] of Object.entries(MONGO_STATES)) {
  Deno.test(`MongoDetailStore leaves nothing behind when closed while a server that ${state} is told`, async () => {
    for (const turns of TURNS) {
      await using mongo = await start();
      const store = mongoDetailStore({
        ...{ url: mongo.url, database: "site", clock: systemClock, log: silentLogger },
        ...{ patienceMs: 200, retryMs: 5 },
      });
      const tell = () => {
        for (let told = 0; told < 100; told++) store.insert({ told });
      };
      tell();
      for (let turn = 0; turn < turns; turn++) await new Promise((next) => setTimeout(next, 0));
      await mongo.go();
      tell();
      await store[Symbol.asyncDispose]();
    }
  });
}
