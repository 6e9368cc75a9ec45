/** What the dashboard asks of MongoDB, of a server that is not ours. */
import { assert, assertEquals } from "@std/assert";
import { openMongoConnections } from "../../roles/dashboard/sources/mongo_connections.ts";
import { agentUser, fillAgents } from "../roles/dashboard/_site.ts";
import { mongodbName, openMongodb } from "./mongodb_server.ts";

const MISSING = "neither COPILOT_TEST_FERRETDB nor COPILOT_TEST_MONGODB is set";

Deno.test({
  name: `dashboard on ${
    mongodbName ?? `MongoDB (skipped: ${MISSING})`
  }: agents are found and counted`,
  ignore: mongodbName === undefined,
  fn: async () => {
    await using server = await openMongodb();
    await fillAgents(server, 60);
    await using opened = openMongoConnections({ url: server.url, database: "copilot" });
    const { connections } = opened;
    assertEquals(await connections.connected(), 48);
    const places = await connections.places();
    assertEquals(places.length, 48);
    assertEquals((await connections.places(0)).length, 60, "all that ever changed");
    assertEquals(await connections.places(Date.now() + 3_600_000), []);
    const page = await connections.page({ text: "A-5", connectedOnly: true, limit: 5, offset: 1 });
    assertEquals([page.connections.length, page.total], [5, 9]);
    const literal = { text: "agent.*", limit: 5, offset: 0 };
    assertEquals((await connections.page(literal)).total, 0);
    const [agent] = await connections.ofAgent("a-7", { limit: 10, sinceMs: Date.now() - 7e8 });
    assert(agent !== undefined);
    assertEquals([agent.user, agent.isConnected, agent.succeeded], [agentUser(7), true, 9]);
    assertEquals((await connections.document(agent.id))?.["user"], agentUser(7));
    assertEquals(await connections.byIds([agent.id]), [agent]);
    assertEquals(await connections.document("0".repeat(24)), undefined);
  },
});
