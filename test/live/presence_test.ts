/** Who is connected, as real servers tell it. */
import { assertEquals, assertRejects } from "@std/assert";
import { Jid } from "../../lib/protocol/jid.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { httpSource } from "../../roles/presence/http_source.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const UUID = "18225d4f-e3f7-4c18-9a18-d6c06992d272";
const VOLUNTEER = `agent_s-10829_1_7_${UUID}_-g`;
const ACCOUNTS = new Map([[VOLUNTEER, "secret"], ["jm", "secret"]]);
const SIGNAL = new AbortController().signal;

/** Logs both accounts in and out again while the test looks. */
async function whileConnected(
  server: {
    readonly host: string;
    readonly port: number;
    readonly domain: string;
    readonly caFile?: string;
  },
  look: () => Promise<void>,
): Promise<void> {
  await using links = new AsyncDisposableStack();
  for (const user of ACCOUNTS.keys()) {
    const link = links.use(xmppLink({
      host: server.host,
      port: server.port,
      jid: Jid.parse(`${user}@${server.domain}`),
      resource: "one",
      password: "secret",
      tls: server.caFile === undefined ? "off" : "require-starttls",
      caFile: server.caFile,
    }));
    await link.open({ onStanza() {}, onStatus() {} });
  }
  await look();
}

Deno.test(`httpSource() sees who is connected to Prosody${hasProsody ? "" : " (not installed)"}`, {
  ignore: !hasProsody,
}, async () => {
  const connectionsToken = "a token of some length";
  await using server = await startProsody({ accounts: ACCOUNTS, connectionsToken });
  const url = server.connectionsUrl;
  const source = httpSource({
    server: "prosody",
    url,
    authorization: `Bearer ${connectionsToken}`,
  });
  assertEquals(await source.census(SIGNAL), { count: 0, connections: [] });
  await whileConnected(server, async () => {
    const { count, connections } = await source.census(SIGNAL);
    assertEquals(count, 2);
    const agent = connections.find(({ jid }) => jid.local === VOLUNTEER);
    assertEquals([agent?.jid.resource, agent?.address], ["one", "127.0.0.1"]);
  });
  const stranger = httpSource({ server: "prosody", url, authorization: "Bearer guessed" });
  await assertRejects(() => stranger.census(SIGNAL), Error, "status 401");
});

Deno.test(
  `httpSource() sees who is connected to ejabberd${hasEjabberd ? "" : " (not installed)"}`,
  {
    ignore: !hasEjabberd,
  },
  async () => {
    await using server = await startEjabberd(ACCOUNTS, { api: true });
    const source = httpSource({
      server: "ejabberd",
      url: `http://${server.host}:${server.apiPort}/api/connected_users_info`,
    });
    await whileConnected(server, async () => {
      const { count, connections } = await source.census(SIGNAL);
      assertEquals(count, 2);
      const agent = connections.find(({ jid }) => jid.local === VOLUNTEER);
      assertEquals([agent?.jid.resource, agent?.address], ["one", "127.0.0.1"]);
    });
  },
);
