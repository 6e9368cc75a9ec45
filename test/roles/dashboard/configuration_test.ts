/** Every variable of the dashboard's configuration file, as its process reads it. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { MongoClient } from "mongodb";
import { dashboardVariables } from "../../../roles/dashboard/variables.ts";
import { eventually } from "../../_eventually.ts";
import { freePort } from "../../_free_port.ts";
import { startProgram } from "../../tools/_program.ts";
import {
  connectionDocument,
  type DashboardSite,
  fillMetrics,
  startDashboardSite,
} from "./_site.ts";

const TOKEN = "a-long-secret";

/** A file that sets everything that is told of in report 4.4.6, in the original's file, and ours. */
function configOf(site: DashboardSite, folder: string, port: number) {
  return {
    DASH_SERVER_HOST: "127.0.0.1",
    DASH_SERVER_PORT: port,
    DASH_SERVER_NAMES: "copilot.example.org",
    DASH_GRAPHITE_HOST: site.carbon.hostname,
    DASH_GRAPHITE_PORT: site.carbon.graphitePort,
    DASH_MONGODB_HOST: site.mongo.hostname,
    DASH_MONGODB_PORT: site.mongo.port,
    DASH_MONGODB_DB: "elsewhere",
    DASH_QUEUE: "off",
    DASH_TOKEN: TOKEN,
    DASH_PID_FILE: join(folder, "dashboard.pid"),
    DASH_LOG_FILE: join(folder, "dashboard.log"),
    DASH_LOG_LEVEL: "warning",
    DASH_LOG_FORMAT: "json",
    DASH_DEBUG: "1",
    DASH_GMAPS_API_KEY: "KEY",
    DASH_GUNICORN_WORKERS: "2",
  };
}

Deno.test("the dashboard heeds every variable of its file, and says which have no effect", async () => {
  await using site = await startDashboardSite();
  await fillMetrics(site.carbon);
  await storeElsewhere(site);
  const folder = await Deno.makeTempDir();
  try {
    const port = freePort();
    const config = configOf(site, folder, port);
    const unread = Object.values(dashboardVariables).map(({ name }) => name)
      .filter((name) => name.startsWith("DASH_") && !(name in config));
    assertEquals(unread, ["DASH_LOGGER_CONFIG_FILE"], "of every component, tested there");
    await Deno.writeTextFile(
      join(folder, "copilot-dashboard.conf"),
      Object.entries(config).map(([name, value]) => `${name} ${value}\n`).join(""),
    );
    await using dashboard = startProgram("dashboard", { env: { COPILOT_CONFIG: folder } });
    const origin = `http://127.0.0.1:${port}`;
    await eventually("an answer", async () => {
      const response = await fetch(`${origin}/api/ping`).catch(() => undefined);
      return await response?.json();
    });
    await checkAnswers(origin);
    dashboard.signal("SIGTERM");
    assertEquals((await dashboard.end()).code, 0, dashboard.log);
    await checkLog(config.DASH_LOG_FILE);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function storeElsewhere(site: DashboardSite): Promise<void> {
  const client = new MongoClient(site.mongo.url);
  try {
    const connections = client.db("elsewhere").collection("connections");
    await connections.insertOne(connectionDocument(1, Date.now()));
  } finally {
    await client.close();
  }
}

async function checkAnswers(origin: string): Promise<void> {
  const json = async (path: string) => await (await fetch(`${origin}${path}`)).json();
  assertEquals((await json("/api/agents")).total, 1);
  const { managers } = await json("/api/managers");
  assertEquals(managers.map(({ name }: { name: string }) => name), ["alpha", "beta"]);
  assertEquals((await json("/api/jobs")).state, "off");
  const checked = await fetch(`${origin}/api/token`, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
  });
  await checked.body?.cancel();
  assertEquals(checked.status, 200);
}

async function checkLog(path: string): Promise<void> {
  const lines = (await Deno.readTextFile(path)).trim().split("\n");
  const messages: string[] = lines.map((line) => JSON.parse(line).message);
  for (const name of ["DASH_GMAPS_API_KEY", "DASH_GUNICORN_WORKERS"]) {
    assert(messages.some((message) => message.includes(`${name} has no effect`)), name);
  }
  assert(messages.includes("Stopped"), "DASH_DEBUG wins over DASH_LOG_LEVEL");
}
