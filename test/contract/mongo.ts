/**
 * What every server of MongoDB's wire protocol does for the site, through the real driver.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { testCollections } from "./mongo/collections.ts";
import { testConnectionsOfAgents } from "./mongo/agent_connections.ts";
import { testCursors } from "./mongo/cursors.ts";
import { testErrors } from "./mongo/errors.ts";
import { testIndexes } from "./mongo/indexes.ts";
import { testQueries } from "./mongo/queries.ts";
import type { MongoRun } from "./mongo/run.ts";
import { testUpdates } from "./mongo/updates.ts";

/** A server without data. */
export interface MongoUnderTest extends AsyncDisposable {
  /** Address for drivers. */
  readonly url: string;
}

/**
 * Registers the tests for one kind of server.
 *
 * @param kind Name of the kind, put before the tests' names.
 * @param open Starts a server without data.
 * @param lacks Tests that this kind is known to fail; they are named and left out. Default: none.
 */
export function mongoContract(
  kind: string,
  open: () => Promise<MongoUnderTest>,
  lacks: readonly string[] = [],
): void {
  const test = (behaviour: string, run: MongoRun) => {
    const ignore = lacks.includes(behaviour);
    Deno.test({ name: `${kind}: MongoDB ${behaviour}`, ignore }, async () => {
      await using server = await open();
      const client = await MongoClient.connect(server.url);
      try {
        await run(client.db("copilot"));
      } finally {
        await client.close();
      }
    });
  };
  testConnectionsOfAgents(test);
  testQueries(test);
  testUpdates(test);
  testCursors(test);
  testIndexes(test);
  testErrors(test);
  testCollections(test);
}
