/** A store of details on the embedded MongoDB. */
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { detailStoreContract } from "../../contract/detail_store.ts";
import { freePort } from "../../_free_port.ts";

detailStoreContract("sim/mongo", async () => {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const start = () => startMongoServer({ folder, port });
  let server = await start();
  let isOpen = true;
  const stop = async () => {
    if (isOpen) await server[Symbol.asyncDispose]();
    isOpen = false;
  };
  return {
    url: server.url,
    stop,
    async start() {
      server = await start();
      isOpen = true;
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
