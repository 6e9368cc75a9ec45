/** A store of details on a MongoDB that is not ours. */
import { detailStoreContract } from "../contract/detail_store.ts";
import { mongodbName, openMongodb } from "./mongodb_server.ts";

if (mongodbName !== undefined) {
  detailStoreContract(mongodbName, openMongodb);
} else {
  Deno.test({
    name: "A store of details (neither COPILOT_TEST_FERRETDB nor COPILOT_TEST_MONGODB is set)",
    ignore: true,
    fn: () => {},
  });
}
