/** The conformance suite against a monitor on Prosody, by its JID; the suite is its Carbon. */
import { assert, assertEquals } from "@std/assert";
import { MongoClient } from "mongodb";
import { startMongoServer } from "../../sim/mongo/mod.ts";
import { freePort } from "../_free_port.ts";
import { runSuite } from "./_conformance_run.ts";
import { Site, siteTest, startServers } from "./_site.ts";

const ACCOUNT = "agent-1";

siteTest("a deployed monitor keeps the rules by its JID, and no document is left", async () => {
  await using site = await Site.open(startServers);
  await using mongo = await startMongoServer();
  const { prosody, addresses } = site.servers;
  const carbonPort = freePort();
  const monitor = site.start("monitor", {
    env: {
      ...{ MON_JABBER_SERVER: prosody.host, MON_JABBER_PORT: `${prosody.port}` },
      ...{ MON_JABBER_DOMAIN: addresses.domain, MON_JABBER_ID: ACCOUNT },
      ...{ MON_JABBER_PASSWORD: "the-password", MONGODB_SERVER: mongo.hostname },
      ...{
        CARBON_SERVER: "127.0.0.1",
        CARBON_PORT: `${carbonPort}`,
        MONGODB_PORT: `${mongo.port}`,
      },
    },
  });
  await monitor.logged(/Online as/);
  const jid = `--monitor=${ACCOUNT}@${addresses.domain}`;
  const [carbon, mongodb] = [
    `--carbon-listen=127.0.0.1:${carbonPort}`,
    `--mongodb=127.0.0.1:${mongo.port}`,
  ];
  const full = await runSuite(site, ["--strict", jid, carbon, mongodb]);
  const troubles = full.result.results.filter(({ status }) => status !== "passed")
    .map(({ id, status, message }) => `${id} ${status}: ${message}`);
  assertEquals([troubles, full.code], [[], 0], full.stderr);
  assert(full.result.passed >= 30, `Only ${full.result.passed} cases passed`);
  const client = await MongoClient.connect(mongo.url);
  const left = await client.db("copilot").collection("connections").countDocuments();
  await client.close();
  assertEquals(left, 0);

  const bare = await runSuite(site, [jid, "--only=monitor/event", "--only=monitor/details/1"]);
  const reasons = new Set(
    bare.result.results.map(({ status, message }) => `${status}: ${message}`),
  );
  assertEquals([...reasons], [
    "skipped: The suite must be the monitor's Carbon: --carbon-listen HOST:PORT",
    "skipped: It looks at documents: --mongodb HOST:PORT",
  ]);
});
