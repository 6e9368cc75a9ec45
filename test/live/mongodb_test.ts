/** The contract of MongoDB's wire protocol on a server that is not ours. */
import { mongoContract } from "../contract/mongo.ts";
import { mongodbName, openMongodb } from "./mongodb_server.ts";

/** What FerretDB 1.24 on SQLite does otherwise than MongoDB. */
const FERRETDB_LACKS = [
  // It closes the connection.
  "gives decimal numbers back as they came",
  // It answers where nobody waits, and the next question gets that answer.
  "takes writes that nobody waits for",
  // It changes nothing, and refuses the other.
  "takes the items out of a list that a condition names",
  "changes the item of a list that the query met",
  // It refuses both under number 1.
  "keeps a unique index unique through updates",
  "makes no unique index over what is not",
];

if (mongodbName !== undefined) {
  mongoContract(mongodbName, openMongodb, mongodbName === "FerretDB" ? FERRETDB_LACKS : []);
} else {
  Deno.test({
    name: "MongoDB contract (neither COPILOT_TEST_FERRETDB nor COPILOT_TEST_MONGODB is set)",
    ignore: true,
    fn: () => {},
  });
}
