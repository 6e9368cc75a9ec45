/** Databases and collections as such, and the greeting. */
import { assert, assertEquals } from "@std/assert";
import { anyCollection, assertRefused, type MongoTest } from "./run.ts";

export function testCollections(test: MongoTest): void {
  test("greets drivers", async (database) => {
    assertEquals(await database.command({ ping: 1 }), { ok: 1 });
    const greeting = await database.command({ hello: 1 });
    assertEquals(greeting["isWritablePrimary"], true);
    assert(greeting["maxWireVersion"] >= 21);
    const old = await database.command({ isMaster: 1 });
    assertEquals(old["ismaster"], true);
    assert(/^\d+\.\d+\.\d+/.test((await database.command({ buildInfo: 1 }))["version"]));
  });

  test("lists and drops collections and databases", async (database) => {
    await anyCollection(database, "b").insertOne({});
    await database.createCollection("a");
    const names = async () => {
      const collections = await database.listCollections({}, { nameOnly: true }).toArray();
      return collections.map(({ name }) => name).sort();
    };
    assertEquals(await names(), ["a", "b"]);
    assertEquals((await database.listCollections({ name: "b" }).toArray()).length, 1);
    await assertRefused(48, () => database.createCollection("a"));
    assertEquals(await anyCollection(database, "a").drop(), true);
    assertEquals(await names(), ["b"]);
    const { databases } = await database.admin().listDatabases();
    assert(databases.some(({ name }) => name === "copilot"));
    await database.dropDatabase();
    assertEquals(await names(), []);
  });
}
