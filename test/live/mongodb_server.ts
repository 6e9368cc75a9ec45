/**
 * A server of MongoDB's wire protocol that is not ours: the one that `COPILOT_TEST_MONGODB` names, or
 * the FerretDB program that `COPILOT_TEST_FERRETDB` names, which `test/live/ferretdb/build` makes.
 *
 * @module
 */
import { connect } from "node:net";
import { MongoClient } from "mongodb";
import type { MongoUnderTest } from "../contract/mongo.ts";
import { freePort } from "../_free_port.ts";

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
export function openMongodb(): Promise<MongoUnderTest> {
  return URL_OF_SERVER === undefined ? startFerretdb(FERRETDB ?? "") : emptied(URL_OF_SERVER);
}

async function emptied(url: string): Promise<MongoUnderTest> {
  const client = await MongoClient.connect(url);
  try {
    await client.db("copilot").dropDatabase();
  } finally {
    await client.close();
  }
  return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function startFerretdb(program: string): Promise<MongoUnderTest> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_ferretdb_" });
  const port = freePort();
  const process = new Deno.Command(program, {
    args: [`${HOST}:${port}`, folder],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  const ended = process.status.then(() => {
    hasEnded = true;
  });
  const stop = async () => {
    if (!hasEnded) process.kill("SIGKILL");
    await ended;
    await Deno.remove(folder, { recursive: true });
  };
  for (let tries = 0; tries < MOST_TRIES && !hasEnded; tries++) {
    if (await canConnect(port)) {
      return {
        url: `mongodb://${HOST}:${port}/?directConnection=true`,
        [Symbol.asyncDispose]: stop,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stop();
  throw new Error(`Cannot start ${program}: nothing listens on port ${port}`);
}

/** Resolves to whether something listens on the port. */
function canConnect(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: HOST, port });
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
