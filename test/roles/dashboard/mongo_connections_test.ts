/** Connections of agents in MongoDB, closed while somebody asks. The sanitizers see what is left behind. */
import { assertEquals, assertRejects } from "@std/assert";
import { openMongoConnections } from "../../../roles/dashboard/sources/mongo_connections.ts";
import { MONGO_STATES } from "../_server_states.ts";

/** Turns of the event loop between the questions and the end: connecting, asking, answers. */
const TURNS = [0, 1, 2, 3, 5, 8, 13, 21];

for (const [state, start] of Object.entries(MONGO_STATES)) {
  Deno.test(`MongoConnections leaves nothing behind when closed while a server that ${state} is asked`, async () => {
    for (const turns of TURNS) {
      await using mongo = await start();
      const opened = openMongoConnections({ url: mongo.url, database: "site", patienceMs: 300 });
      const { connections } = opened;
      if (state === "has gone") await connections.connected();
      await mongo.go();
      let pending = 0;
      const ask = (question: Promise<unknown>) => {
        pending++;
        question.catch(() => {}).finally(() => pending--);
      };
      for (let asked = 0; asked < 5; asked++) {
        ask(connections.connected());
        ask(connections.page({ limit: 5, offset: 0 }));
      }
      for (let turn = 0; turn < turns; turn++) await new Promise((next) => setTimeout(next, 0));
      await opened[Symbol.asyncDispose]();
      await new Promise((next) => setTimeout(next, 0));
      assertEquals(pending, 0, `after ${turns} turns`);
      await assertRejects(() => connections.connected(), Error, `Cannot read from ${mongo.url}`);
    }
  });
}
