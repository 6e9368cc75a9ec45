/**
 * A server of MongoDB's wire protocol that is not ours: the one that `COPILOT_TEST_MONGODB` names, or
 * the FerretDB program that `COPILOT_TEST_FERRETDB` names, which `test/live/ferretdb/build` makes.
 *
 * @module
 */
import { MongoClient } from "mongodb";
import type { StoppableMongo } from "../contract/detail_store.ts";
import { freePort } from "../_free_port.ts";
import { canConnect } from "./_can_connect.ts";

const HOST = "127.0.0.1";
/** Tries to connect, 20 ms apart, before it is given up. */
const MOST_TRIES = 500;

const URL_OF_SERVER = Deno.env.get("COPILOT_TEST_MONGODB");
const FERRETDB = Deno.env.get("COPILOT_TEST_FERRETDB");

/** Name of the server; `undefined` where there is none. */
export const mongodbName = URL_OF_SERVER !== undefined
  ? "the server of COPILOT_TEST_MONGODB"
  : FERRETDB !== undefined
  ? "FerretDB"
  : undefined;

/** Starts the server, or empties the database of tests in the one that is there. */
export function openMongodb(): Promise<StoppableMongo> {
  return URL_OF_SERVER === undefined ? startFerretdb(FERRETDB ?? "") : emptied(URL_OF_SERVER);
}

async function emptied(url: string): Promise<StoppableMongo> {
  const client = await MongoClient.connect(url);
  try {
    await client.db("copilot").dropDatabase();
  } finally {
    await client.close();
  }
  return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function startFerretdb(program: string): Promise<StoppableMongo> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_ferretdb_" });
  const port = freePort();
  let process: Deno.ChildProcess | undefined;
  const stop = async () => {
    const child = process;
    process = undefined;
    child?.kill("SIGKILL");
    await child?.status;
  };
  const start = async () => {
    process = new Deno.Command(program, {
      args: [`${HOST}:${port}`, folder],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await canConnect(port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await stop();
    throw new Error(`Cannot start ${program}: nothing listens on port ${port}`);
  };
  await start();
  return {
    url: `mongodb://${HOST}:${port}/?directConnection=true`,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
