/**
 * The presence reporter and a monitor as processes under their configuration, on real servers: who comes
 * and goes stands in Carbon and in MongoDB.
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { MongoClient } from "mongodb";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { xml } from "../../lib/protocol/xml.ts";
import { startCarbonServer } from "../../sim/carbon/mod.ts";
import { startMongoServer } from "../../sim/mongo/mod.ts";
import type { Rendered } from "../contract/carbon/scene.ts";
import { eventually } from "../_eventually.ts";
import { type Program, startProgram } from "../tools/_program.ts";
import { LOOPBACK_PLACE, loopbackLocations } from "./_loopback_locations.ts";
import type { Xmpp } from "./_job_run.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const PASSWORD = "secret";
const UUID = "18225d4f-e3f7-4c18-9a18-d6c06992d272";
const VOLUNTEER = `agent_s-10829_1_7_${UUID}_-g`;
const ACCOUNTS = new Map([VOLUNTEER, "mon", "presence"].map((name) => [name, PASSWORD]));
const TOKEN = "a token of some length";
const ROOM = "pilots-lounge";

/** A server, and how the reporter learns from it who is connected. */
interface Server {
  readonly xmpp: Xmpp & AsyncDisposable;
  readonly source: Readonly<Record<string, string>>;
  /** Whom the reporter counts while nobody but it and the monitor is there. */
  readonly alone: number;
  /** Whether the server tells addresses. */
  readonly tellsAddresses: boolean;
}

/** Starts a role with the account of its name. */
function startRole(
  name: "monitor" | "presence",
  xmpp: Xmpp,
  env: Readonly<Record<string, string>>,
): Program {
  const [prefix, user] = name === "monitor" ? ["MON", "mon"] : ["PRES", "presence"];
  return startProgram(name, {
    env: {
      [`${prefix}_JABBER_SERVER`]: xmpp.host,
      [`${prefix}_JABBER_PORT`]: `${xmpp.port}`,
      [`${prefix}_JABBER_DOMAIN`]: xmpp.domain,
      [`${prefix}_JABBER_ID`]: user,
      [`${prefix}_JABBER_PASSWORD`]: PASSWORD,
      ...xmpp.caFile === undefined ? {} : { [`${prefix}_JABBER_CA_FILE`]: xmpp.caFile },
      ...env,
    },
  });
}

/** Ends a role as a service manager does. */
async function stop(role: Program): Promise<void> {
  role.signal("SIGTERM");
  assertEquals((await role.end()).code, 0, role.log);
}

/** Logs the volunteer in and into the room. */
async function connect(xmpp: Xmpp): Promise<AsyncDisposable> {
  const link = xmppLink({
    host: xmpp.host,
    port: xmpp.port,
    jid: Jid.parse(`${VOLUNTEER}@${xmpp.domain}`),
    resource: "one",
    password: PASSWORD,
    ...xmpp.caFile === undefined ? {} : { caFile: xmpp.caFile },
  });
  await link.open({ onStanza() {}, onStatus() {} });
  const x = xml("x", { xmlns: "http://jabber.org/protocol/muc" });
  link.send(xml("presence", {}));
  link.send(xml("presence", { to: `${ROOM}@${xmpp.mucDomain}/volunteer` }, x));
  return link;
}

async function comeAndGo(
  { xmpp, source, alone, tellsAddresses }: Server,
  folder: string,
): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const places = join(folder, "places.mmdb");
  await Deno.writeFile(places, loopbackLocations());
  await using carbon = await startCarbonServer();
  await using mongo = await startMongoServer();
  const client = await MongoClient.connect(mongo.url);
  cleanUp.defer(() => client.close());
  const connections = client.db("copilot").collection("connections");

  await using monitor = startRole("monitor", xmpp, {
    ...{ CARBON_SERVER: carbon.hostname, CARBON_PORT: `${carbon.carbonPort}` },
    ...{ MONGODB_SERVER: mongo.hostname, MONGODB_PORT: `${mongo.port}` },
  });
  await monitor.logged(/Online as/);
  const startReporter = async () => {
    const reporter = startRole("presence", xmpp, {
      MON_JABBER_ADDRESS: `mon@${xmpp.domain}`,
      PRES_LOCATION_FILE: places,
      PRES_STATE_FILE: join(folder, "open.json"),
      PRES_INTERVAL: "1",
      ...source,
    });
    await reporter.logged(/Online as/);
    return reporter;
  };
  const found = (connected: boolean, count: number) =>
    eventually(`${count} documents with connected: ${connected}`, async () => {
      const documents = await connections.find({ connected }).toArray();
      return documents.length === count && documents[0];
    });

  {
    await using reporter = await startReporter();
    const counts = await eventually("the number of the connected in Carbon", async () => {
      const target = `copilot.ejabberd.${xmpp.domain}.connected`;
      const address = `http://127.0.0.1:${carbon.graphitePort}/render` +
        `?target=${target}&from=-5min&noNullPoints=1&format=json`;
      const [series]: Rendered[] = await (await fetch(address)).json();
      return series?.datapoints;
    });
    assertEquals(counts[0]?.[0], alone);
    {
      await using _volunteer = await connect(xmpp);
      const document = await found(true, 1);
      const { _id, created_at: _c, updated_at: _u, ...rest } = document ?? {};
      assertEquals(rest, {
        ...{ user: VOLUNTEER, host: xmpp.domain, resource: "one" },
        loc: tellsAddresses ? [...LOOPBACK_PLACE] : [0, 0],
        agent_data: {
          ...{ component: "agent", id: "s-10829", cpus: "1", rev: "7", uuid: UUID, ukn: "-g" },
        },
        ...{ succeeded_jobs: 0, failed_jobs: 0, contributed_time: 0, connected: true },
        ...tellsAddresses ? { address: "127.0.0.1" } : {},
      });
    }
    await found(false, 1);
    // The next one leaves while nobody looks.
    const volunteer = await connect(xmpp);
    cleanUp.use(volunteer);
    await found(true, 1);
    await stop(reporter);
    await volunteer[Symbol.asyncDispose]();
  }
  {
    await using reporter = await startReporter();
    await found(false, 2);
    await stop(reporter);
  }
  await stop(monitor);
}

/** Each way to know, whether it can be tried here, and its server. */
const SERVERS: readonly (readonly [string, boolean, (folder: string) => Promise<Server>])[] = [
  ["ejabberd's API", hasEjabberd, async () => {
    const xmpp = await startEjabberd(ACCOUNTS, { api: true });
    const url = `http://${xmpp.host}:${xmpp.apiPort}/api/connected_users_info`;
    const source = { PRES_SOURCE: "ejabberd", PRES_URL: url };
    return { xmpp, source, alone: 2, tellsAddresses: true };
  }],
  ["the module for Prosody", hasProsody, async (folder) => {
    const authorization = join(folder, "token");
    await Deno.writeTextFile(authorization, `Bearer ${TOKEN}\n`);
    const xmpp = await startProsody({ accounts: ACCOUNTS, connectionsToken: TOKEN });
    const source = { PRES_SOURCE: "prosody", PRES_URL: xmpp.connectionsUrl };
    const allowed = { ...source, PRES_AUTHORIZATION_FILE: authorization };
    return { xmpp, source: allowed, alone: 2, tellsAddresses: true };
  }],
  ["a room of Prosody's", hasProsody, async () => {
    // Whoever is first in a room sees who is behind the nicks.
    const xmpp = await startProsody({ accounts: ACCOUNTS });
    const room = { HB_CHAT_ROOM: ROOM, HB_CHAT_SERVER: xmpp.mucDomain };
    return { xmpp, source: { PRES_SOURCE: "room", ...room }, alone: 0, tellsAddresses: false };
  }],
];

for (const [name, isThere, start] of SERVERS) {
  Deno.test({
    name: `presence and monitor as processes follow who comes and goes by ${name}${
      isThere ? "" : " (skipped: the server is not installed)"
    }`,
    ignore: !isThere,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        const server = await start(folder);
        await using _xmpp = server.xmpp;
        await comeAndGo(server, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
