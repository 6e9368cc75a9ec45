/** The contract of MongoDB's wire protocol on the embedded server, in memory and in a folder. */
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { mongoContract } from "../../contract/mongo.ts";

mongoContract("sim/mongo", () => startMongoServer());

mongoContract("sim/mongo in a folder", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot_mongo_" });
  const server = await startMongoServer({ folder });
  return {
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
