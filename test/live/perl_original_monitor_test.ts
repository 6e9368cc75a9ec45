/** Our monitor takes in what the original's manager and ours report, side by side, on Prosody. */
import { assert, assertEquals } from "@std/assert";
import { MongoClient } from "mongodb";
import { startCarbonServer } from "../../sim/carbon/mod.ts";
import { startMongoServer } from "../../sim/mongo/mod.ts";
import { AGENT_UUID, originalTest } from "./_perl_original.ts";
import { eventually } from "../_eventually.ts";

/** Series of a manager that has run one job, without its readings of the machine. */
const OF_A_JOB = ["avg", "count", "gmean", "max", "min"].map((kind) => `job.succeeded.${kind}`);

originalTest("our monitor keeps what the original's manager and ours report", async (perl) => {
  const { site, ours } = perl;
  const { domain, rooms, directories } = site.servers.addresses;
  await Deno.mkdir(directories.done);
  await using carbon = await startCarbonServer();
  await using mongo = await startMongoServer();
  await using client = await MongoClient.connect(mongo.url);
  const connections = client.db("copilot").collection("connections");
  await connections.insertOne({ agent_data: { uuid: AGENT_UUID }, connected: true });
  const monitor = site.start("monitor", {
    env: {
      ...ours,
      HB_CHAT_SERVER: rooms,
      MON_JABBER_DOMAIN: domain,
      MON_JABBER_ID: "monitor",
      MON_JABBER_PASSWORD: "the-password",
      CARBON_SERVER: carbon.hostname,
      CARBON_PORT: `${carbon.carbonPort}`,
      MONGODB_SERVER: mongo.hostname,
      MONGODB_PORT: `${mongo.port}`,
    },
  });
  await monitor.logged(/Online as/);

  /** Last value by the name of a manager's series, readings of the machine left out. */
  async function seriesOf(manager: string): Promise<Record<string, number>> {
    const path = `copilot.jobmanager.generic.${manager}.`;
    const target = [`${path}*`, `${path}*.*`, `${path}*.*.*`].map((one) => `target=${one}`).join(
      "&",
    );
    const base = `http://${carbon.hostname}:${carbon.graphitePort}/render`;
    const answer = await fetch(`${base}?${target}&from=-10min&noNullPoints=1&format=json`);
    const all: { target: string; datapoints: [number, number][] }[] = await answer.json();
    return Object.fromEntries(all.flatMap(({ target, datapoints }) => {
      const name = target.slice(path.length);
      const last = datapoints.at(-1)?.[0];
      return last === undefined || !name.startsWith("job.") ? [] : [[name, last]];
    }));
  }

  const counted = (manager: string) =>
    eventually(`the job of ${manager} in Carbon`, async () => {
      const series = await seriesOf(manager);
      return series["job.succeeded.count"] !== undefined && series;
    }, { lookMs: 200 });

  const original = await perl.startManager();
  const command = await site.file("job.sh", "#!/bin/sh\necho done\n");
  await site.submit({ command });
  const agent = perl.start("copilot-agent");
  const theirs = await counted("perl");
  await original.kill();
  await agent.kill();
  const leases = { JM_JABBER_RESOURCE: "ours", MON_JABBER_ADDRESS: `monitor@${domain}` };
  await site.startRole("jobmanager", { env: { ...ours, ...leases } });
  await site.submit({ command });
  perl.start("copilot-agent");
  const own = await counted("ours");

  for (const [name, series] of Object.entries({ theirs, own })) {
    assertEquals(OF_A_JOB.filter((one) => series[one] === undefined), [], name);
    assertEquals([series["job.succeeded.count"], series["job.start"]], [1, 1], name);
    assert((series["job.succeeded.avg"] ?? 1) < 1, "Durations are minutes");
  }
  const document = await eventually("both jobs in MongoDB", async () => {
    const found = await connections.findOne({ "agent_data.uuid": AGENT_UUID });
    return found?.["succeeded_jobs"] === 2 && found;
  }, { lookMs: 200 });
  assert(document["contributed_time"] >= 0 && document["updated_at"] instanceof Date);
}, { monitored: true });
