/** What the original's monitor says to its MongoDB: the calls of the recorded trace. */
import { assertEquals } from "@std/assert";
import { anyCollection, type MongoTest } from "./run.ts";

const UUID = "18225d4f-e3f7-4c18-9a18-d6c06992d272";
const STARTED = new Date("2026-11-22T10:26:18Z");
const CONNECTED = { "agent_data.uuid": UUID, connected: true };

const CONNECTION = {
  user: `agent_s-10829_1_7_${UUID}_-g`,
  host: "copilot.test",
  resource: "r",
  loc: [6.1, 46.2],
  agent_data: { component: "agent", id: "s-10829", cpus: "1", rev: "7", uuid: UUID, ukn: "-g" },
  succeeded_jobs: 0,
  failed_jobs: 0,
  contributed_time: 0,
  connected: true,
  created_at: STARTED,
  updated_at: STARTED,
};

export function testConnectionsOfAgents(test: MongoTest): void {
  test("keeps an agent's connection from its first word to its last", async (database) => {
    const connections = anyCollection(database, "connections");
    await connections.insertOne({ ...CONNECTION });
    await connections.updateOne(CONNECTED, { $inc: { succeeded_jobs: 1, contributed_time: 12.5 } });
    await connections.updateOne(CONNECTED, { $inc: { failed_jobs: 1, contributed_time: 2 } });
    const later = new Date(STARTED.getTime() + 7000);
    await connections.updateOne(CONNECTED, { $set: { updated_at: later } });
    const closed = await connections.updateOne(CONNECTED, { $set: { connected: false } });
    assertEquals([closed.matchedCount, closed.modifiedCount], [1, 1]);
    const missed = await connections.updateOne(CONNECTED, { $set: { connected: false } });
    assertEquals([missed.matchedCount, missed.modifiedCount], [0, 0]);
    const found = await connections.findOne({ "agent_data.uuid": UUID }, {
      projection: { _id: 0 },
    });
    assertEquals(found, {
      ...CONNECTION,
      succeeded_jobs: 1,
      failed_jobs: 1,
      contributed_time: 14.5,
      connected: false,
      updated_at: later,
    });
  });

  test("answers the dashboard's questions", async (database) => {
    const connections = anyCollection(database, "connections");
    const at = (hour: number) => new Date(STARTED.getTime() + hour * 3_600_000);
    await connections.insertMany([
      { _id: 1, loc: [6.1, 46.2], connected: true, updated_at: at(0), succeeded_jobs: 3 },
      { _id: 2, loc: [-74, 40.7], connected: false, updated_at: at(2), succeeded_jobs: 4 },
      { _id: 3, connected: false, updated_at: at(5), succeeded_jobs: 5 },
    ]);
    const projection = { loc: 1 };
    const active = await connections.find({ connected: true }, { projection }).toArray();
    assertEquals(active, [{ _id: 1, loc: [6.1, 46.2] }]);
    const since = { $or: [{ connected: true }, { updated_at: { $gte: at(2), $lt: at(5) } }] };
    const recent = await connections.find({ loc: { $exists: true }, ...since }, { projection })
      .sort({ _id: 1 }).toArray();
    assertEquals(recent.map(({ _id }) => _id), [1, 2]);
    const totals = await connections.aggregate([
      { $match: { succeeded_jobs: { $gt: 3 } } },
      { $group: { _id: "$connected", jobs: { $sum: "$succeeded_jobs" } } },
    ]).toArray();
    assertEquals(totals, [{ _id: false, jobs: 9 }]);
  });
}
