/**
 * What every store of details does with documents and changes of connections, whatever happens to the
 * database behind it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Document, MongoClient } from "mongodb";
import type { Clock } from "../../lib/clock.ts";
import { createLogger, memorySink } from "../../lib/log.ts";
import type { DetailStore } from "../../roles/monitor/detail_store.ts";
import {
  mongoDetailStore,
  type MongoDetailStoreOptions,
} from "../../roles/monitor/mongo_detail_store.ts";
import { VirtualClock } from "../../sim/world/virtual_clock.ts";
import { eventually } from "../_eventually.ts";

/** A database without documents that can be stopped. */
export interface StoppableMongo extends AsyncDisposable {
  /** Address for drivers; the same when it is started again. */
  readonly url: string;
  /** Stops it, in the middle of what it does. `undefined`: it cannot be, it is not ours. */
  readonly stop?: (() => Promise<void>) | undefined;
  /** Starts it again with its data. */
  readonly start?: (() => Promise<void>) | undefined;
}

/** What a test is given. */
interface Scene {
  readonly mongo: StoppableMongo;
  /** Makes a store whose clock of timestamps is moved by hand. */
  readonly open: (options?: Partial<MongoDetailStoreOptions>) => DetailStore;
  /** Clock of the timestamps. */
  readonly clock: VirtualClock;
  /** All documents, by user. */
  readonly documents: () => Promise<Document[]>;
  /** Names of all indexes, but the one on `_id`. */
  readonly indexes: () => Promise<string[]>;
  /** What was logged. */
  readonly log: () => readonly string[];
}

const STARTED = Date.parse("2026-11-22T10:26:18Z");

/**
 * Registers the tests for one kind of database.
 *
 * @param kind Name of the kind, put before the tests' names.
 * @param openMongo Starts a database without documents.
 */
export function detailStoreContract(kind: string, openMongo: () => Promise<StoppableMongo>): void {
  const test = (behaviour: string, run: (scene: Scene) => Promise<void>) =>
    Deno.test(`${kind}: a store of details ${behaviour}`, async () => {
      await using mongo = await openMongo();
      const client = await MongoClient.connect(mongo.url);
      const connections = client.db("copilot").collection("connections");
      const sink = memorySink();
      const clock = new VirtualClock(STARTED);
      // What waits, waits in real time: the database is outside.
      const mixed: Clock = {
        now: () => clock.now(),
        after: (_delayMs, callback) => {
          const id = setTimeout(callback, 20);
          return { cancel: () => clearTimeout(id) };
        },
      };
      const log = createLogger({ sinks: [sink], clock });
      try {
        await run({
          mongo,
          clock,
          open: (options) =>
            mongoDetailStore({
              ...{ url: mongo.url, database: "copilot", clock: mixed, log, patienceMs: 2000 },
              ...options,
            }),
          documents: () =>
            connections.find({}, { projection: { _id: 0 } }).sort({ user: 1 }).toArray(),
          indexes: async () =>
            (await connections.indexes()).flatMap(({ name }) =>
              name === undefined || name === "_id_" ? [] : [name]
            ).sort(),
          log: () => sink.records.map(({ message }) => message),
        });
      } finally {
        await client.close();
      }
    });
  documentTests(test);
  orderTests(test);
  outageTests(test);
}

type Test = (behaviour: string, run: (scene: Scene) => Promise<void>) => void;

function connectionOf(uuid: string, more: Document = {}): Document {
  return { user: `agent_${uuid}`, agent_data: { uuid }, connected: true, ...more };
}

function documentTests(test: Test): void {
  test("keeps documents with their times", async ({ open, clock, documents }) => {
    {
      await using store = open();
      store.insert(connectionOf("u1", { loc: [6.1, 46.2], succeeded_jobs: 0 }));
      await clock.advance(7000);
      store.update("u1", { $inc: { succeeded_jobs: 1, contributed_time: 2.5 } });
    }
    assertEquals(await documents(), [{
      ...connectionOf("u1", { loc: [6.1, 46.2] }),
      succeeded_jobs: 1,
      contributed_time: 2.5,
      created_at: new Date(STARTED),
      updated_at: new Date(STARTED + 7000),
    }]);
  });

  test("changes the open connection of an agent, and no closed one", async ({ open, documents }) => {
    {
      await using store = open();
      store.insert(connectionOf("u1", { user: "first" }));
      store.update("u1", { $set: { connected: false } });
      store.insert(connectionOf("u1", { user: "second" }));
      store.update("u1", { $inc: { failed_jobs: 1 } });
      store.update("nobody", { $inc: { failed_jobs: 1 } });
    }
    const found = await documents();
    assertEquals(
      found.map(({ user, connected, failed_jobs }) => [user, connected, failed_jobs]),
      [["first", false, undefined], ["second", true, 1]],
    );
  });

  test("makes the indexes that it and the dashboard look by", async ({ open, indexes }) => {
    {
      await using store = open();
      store.insert(connectionOf("u1"));
    }
    assertEquals(await indexes(), ["agent_data.uuid_1_connected_1", "connected_1_updated_at_1"]);
  });
}

function orderTests(test: Test): void {
  test("keeps the order of what it was given, over many round trips", async (scene) => {
    const { open, documents } = scene;
    const count = 300;
    {
      await using store = open();
      store.insert(connectionOf("u1", { last: -1 }));
      for (let n = 0; n < count; n++) {
        store.update("u1", { $set: { last: n }, $inc: { changes: 1 } });
      }
    }
    const [document] = await documents();
    assertEquals([document?.["last"], document?.["changes"]], [count - 1, count]);
  });

  test("passes over what the database refuses, and stores the rest", async (scene) => {
    const { open, documents, log } = scene;
    {
      await using store = open();
      store.insert(connectionOf("u1", { succeeded_jobs: "many" }));
      store.update("u1", { $inc: { succeeded_jobs: 1 } });
      store.update("u1", { $set: { version: "7" } });
    }
    const [document] = await documents();
    assertEquals([document?.["succeeded_jobs"], document?.["version"]], ["many", "7"]);
    assert(log().some((line) => line.startsWith("MongoDB refuses details")), log().join("\n"));
  });
}

function outageTests(test: Test): void {
  test("stores what came while the database was away", async (scene) => {
    const { mongo, open, documents, log } = scene;
    if (mongo.stop === undefined || mongo.start === undefined) return;
    {
      await using store = open();
      store.insert(connectionOf("u1"));
      await eventually("the first document", async () => await countIn(scene) === 1);
      await mongo.stop();
      store.update("u1", { $set: { version: "7" } });
      store.insert(connectionOf("u2"));
      await eventually("a warning", () => log().some((line) => line.startsWith("Cannot store")));
      await mongo.start();
      await eventually("the second document", async () => await countIn(scene) === 2);
    }
    const found = await documents();
    assertEquals(found.map(({ version }) => version), ["7", undefined]);
  });

  test("keeps the newest changes within bounds while the database is away", async (scene) => {
    const { mongo, open, documents, log } = scene;
    if (mongo.stop === undefined || mongo.start === undefined) return;
    await mongo.stop();
    {
      await using store = open({ queueLimit: 3 });
      for (let n = 1; n <= 5; n++) store.insert(connectionOf(`u${n}`));
      await eventually("a warning", () => log().some((line) => line.startsWith("Cannot store")));
      await mongo.start();
      await eventually("a document", async () => await countIn(scene) > 0);
    }
    assertEquals((await documents()).map(({ user }) => user), ["agent_u3", "agent_u4", "agent_u5"]);
    assertEquals(log().filter((line) => line.startsWith("Too many details")).length, 1);
  });
}

/** Number of documents; none while the database is away. */
function countIn({ documents }: Scene): Promise<number> {
  return documents().then(({ length }) => length, () => 0);
}
