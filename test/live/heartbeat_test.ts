/** The heartbeat tool in rooms of real servers: a manager and an agent answer for this machine. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { xml } from "../../lib/protocol/xml.ts";
import { type ProgramResult, runProgram } from "../tools/_program.ts";
import { assertEnded } from "../tools/_tool_site.ts";
import { ACCOUNTS, PASSWORD, runJob, type Xmpp } from "./_job_run.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const ROOM = "pilots-lounge";

/** Runs the tool; all it knows comes from flags. */
function run(xmpp: Xmpp, ...args: readonly string[]): Promise<ProgramResult> {
  return runProgram("jobs", {
    module: "tools/heartbeat.ts",
    args: [
      `--jabber-server=${xmpp.host}`,
      `--jabber-port=${xmpp.port}`,
      `--jabber-domain=${xmpp.domain}`,
      "--jabber-id=heartbeat",
      `--jabber-password=${PASSWORD}`,
      ...xmpp.caFile === undefined ? [] : [`--set=HB_JABBER_CA_FILE=${xmpp.caFile}`],
      `--chat-server=${xmpp.mucDomain}`,
      `--chat-room=${ROOM}`,
      ...args,
    ],
  });
}

/** What `--json` prints: rows stand under the name of the question. */
interface Printed {
  readonly answers: readonly ({ readonly nick?: string } & Readonly<Record<string, unknown>>)[];
  readonly silent: readonly { readonly nick?: string; readonly reason: string }[];
}

/** Asks each question; both components must answer with rows. */
async function askAll(xmpp: Xmpp): Promise<void> {
  for (const question of ["systemLoad", "diskUsage", "memoryUsage", "runningProcesses"]) {
    const result = await run(xmpp, question, "--json");
    assertEnded(result, 0);
    const { answers, silent } = result.json<Printed>();
    assertEquals([answers.length, silent.length], [2, 0], result.stdout);
    for (const answer of answers) {
      const rows = answer[question];
      assert(Array.isArray(rows) && rows.length > 0, result.stdout);
    }
  }
  const table = await run(xmpp, "memoryUsage");
  assertMatch(table.stdout, /^Room nick .*\n(\S{36} {2}(mem |swap) {2}.*iB\n){4}$/);
}

/** Asks by nick and past the room. */
async function askSome(xmpp: Xmpp): Promise<void> {
  const { answers } = (await run(xmpp, "list", "--json")).json<Printed>();
  const nicks = answers.map(({ nick = "" }) => nick);
  assertEquals(nicks.length, 2);
  const targets = [nicks[0] ?? "", `${ROOM}@${xmpp.mucDomain}/${nicks[1]}`];
  const result = await run(xmpp, "systemLoad", ...targets, `jobmanager@${xmpp.domain}`, "--json");
  assertEnded(result, 0);
  assertEquals(result.json<Printed>().answers.length, 3);
  const gone = await run(xmpp, "list", "nobody", `agent@${xmpp.domain}/gone`);
  assertEnded(gone, 1, /^Not in the room: nobody$/m);
}

/** Asks while somebody is in the room who does not answer. */
async function askBesideSilent(xmpp: Xmpp): Promise<void> {
  const own = `${ROOM}@${xmpp.mucDomain}/somebody`;
  const { promise: joined, resolve } = Promise.withResolvers<void>();
  await using link = xmppLink({
    jid: Jid.parse(`keymanager@${xmpp.domain}`),
    password: PASSWORD,
    host: xmpp.host,
    port: xmpp.port,
    ...(xmpp.caFile === undefined ? {} : { caFile: xmpp.caFile }),
  });
  await link.open({
    onStanza: ({ name, attrs }) => {
      if (name === "presence" && attrs["from"] === own) resolve();
    },
    onStatus: () => {},
  });
  const x = xml("x", { xmlns: "http://jabber.org/protocol/muc" });
  link.send(xml("presence", { to: own }, x));
  await joined;
  const result = await run(xmpp, "list", "--timeout=10");
  assertEnded(result, 1, /^No answer within 10 s: somebody$/m);
  assertEquals(result.stdout.match(/\d ms/g)?.length, 2);
}

/** Each server, whether it is installed, and how it is started. */
const SERVERS: readonly (readonly [string, boolean, () => Promise<Xmpp & AsyncDisposable>])[] = [
  ["Prosody", hasProsody, () => startProsody({ accounts: ACCOUNTS })],
  ["ejabberd", hasEjabberd, () => startEjabberd(ACCOUNTS)],
];

for (const [server, isThere, start] of SERVERS) {
  Deno.test({
    name: `heartbeat asks manager and agent on ${server}${
      isThere ? "" : ` (${server} is missing)`
    }`,
    ignore: !isThere,
    fn: async () => {
      await using xmpp = await start();
      await runJob(xmpp, { manager: [], agent: [] }, async () => {
        await askAll(xmpp);
        await askSome(xmpp);
        await askBesideSilent(xmpp);
      });
    },
  });
}
