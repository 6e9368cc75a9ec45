/** `copilot-heartbeat` as its users start it, in a room of the sandbox. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { loadConfig, xmppAccount } from "../../lib/config.ts";
import { silentLogger } from "../../lib/log.ts";
import { accountLink } from "../../lib/messaging/account_link.ts";
import { Container } from "../../lib/messaging/container.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../../lib/messaging/heartbeat.ts";
import { heartbeatVariables } from "../../tools/heartbeat/variables.ts";
import { modelHost } from "../../sim/machine/model_host.ts";
import { freePort } from "../_free_port.ts";
import type { Program, ProgramResult } from "./_program.ts";
import { assertEnded, ToolSite } from "./_tool_site.ts";

const MODULE = { module: "tools/heartbeat.ts" };

function run(site: ToolSite, ...args: readonly string[]): Promise<ProgramResult> {
  return site.run("heartbeat", args, MODULE);
}

/** Puts a component into the room of the site, on the tool's own account; returns its full JID. */
async function enter(
  site: ToolSite,
  stack: AsyncDisposableStack,
  plugin: boolean,
): Promise<string> {
  const { config } = await loadConfig(heartbeatVariables, {
    component: "copilot-heartbeat",
    directory: site.addresses.directories.config,
  });
  const load = { oneMinute: 0.9, fiveMinutes: 0.65, fifteenMinutes: 0.52 };
  const container = stack.use(
    new Container({
      link: await accountLink(xmppAccount("copilot-heartbeat", "HB", config)),
      component: { handle: () => [] },
      plugins: plugin ? { [HEARTBEAT_PREFIX]: heartbeat({ host: modelHost({ load }) }) } : {},
      room: `${config.chatRoom}@${config.chatServer}`,
      ownSessionOnly: true,
      log: silentLogger,
    }),
  );
  return (await container.start()).full;
}

/** What `--json` prints. */
interface Printed {
  readonly answers: readonly {
    readonly nick?: string;
    readonly jid?: string;
    readonly systemLoad?: unknown;
  }[];
  readonly silent: readonly { readonly nick?: string; readonly reason: string }[];
}

Deno.test("heartbeat asks the room and prints an aligned table", async () => {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await ToolSite.open());
  for (let count = 0; count < 2; count++) await enter(site, stack, true);
  const list = await run(site);
  assertEnded(list, 0);
  assertMatch(list.stdout, /^Room nick +Answer\n(\S{36} +\d+ ms\n){2}$/);
  const load = await run(site, "systemLoad");
  assertEnded(load, 0);
  const [title = "", first = "", second = ""] = load.stdout.split("\n");
  assertMatch(title, /^Room nick {29}1min {2}5min {2}15min$/);
  for (const line of [first, second]) assertMatch(line, /^\S{36} {2}0\.90 {2}0\.65 {3}0\.52$/);
});

Deno.test("heartbeat asks nicks, room JIDs and full JIDs, and names who is silent", async () => {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await ToolSite.open());
  const jid = await enter(site, stack, true);
  const { answers: [there] } = (await run(site, "list", "--json")).json<Printed>();
  const nick = there?.nick ?? "";
  const room = `pilots-lounge@${site.addresses.rooms}`;
  for (const target of [nick, `${room}/${nick}`, jid]) {
    const result = await run(site, "systemLoad", target, "--json");
    assertEnded(result, 0);
    const { answers, silent } = result.json<Printed>();
    assertEquals([answers.length, silent.length], [1, 0]);
    assertEquals(answers[0]?.systemLoad, [
      { oneMinute: 0.9, fiveMinutes: 0.65, fifteenMinutes: 0.52 },
    ]);
  }
  assertEnded(await run(site, "list", nick, "nobody"), 1, /^Not in the room: nobody$/m);
  await enter(site, stack, false);
  const late = await run(site, "list", "--timeout=1");
  assertEnded(late, 1, /^No answer within 1 s: \S{36}$/m);
  assert(late.stdout.includes(nick), late.stdout);
});

Deno.test("heartbeat takes room and account from flags, without a configuration file", async () => {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await ToolSite.open());
  await enter(site, stack, true);
  assertEnded(await run(site, "--chat-room=dev-env", "list"), 0, /^Nobody else is in the room$/m);
  const { addresses } = site;
  const passwords = JSON.parse(
    await Deno.readTextFile(join(addresses.directories.config, "passwords.json")),
  );
  const result = await site.run("heartbeat", [
    `--jabber-server=${addresses.hostname}`,
    `--jabber-port=${addresses.ports.xmpp}`,
    `--jabber-domain=${addresses.domain}`,
    "--jabber-id=agent",
    `--jabber-password=${passwords.agent}`,
    `--chat-server=${addresses.rooms}`,
    "--chat-room=pilots-lounge",
    "list",
    "--json",
  ], { ...MODULE, env: { COPILOT_CONFIG: site.directory } });
  assertEnded(result, 0);
  assertEquals(result.json<Printed>().answers.length, 1);
});

Deno.test("heartbeat --watch asks again until it is interrupted", async () => {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await ToolSite.open());
  await enter(site, stack, true);
  const program: Program = site.start("heartbeat", ["systemLoad", "--watch=1", "--json"], MODULE);
  await program.printed(/^\{"question":"systemLoad"/, 2);
  program.signal("SIGINT");
  assertEnded(await program.end(), 0);
});

Deno.test("heartbeat says what it cannot reach, and which usage is wrong", async () => {
  await using site = await ToolSite.open();
  const port = `--jabber-port=${freePort()}`;
  assertEnded(await run(site, port), 3, /Cannot reach the XMPP server: .*ECONNREFUSED/);
  assertEnded(await run(site, "--chat-server=nowhere"), 3, /Cannot join the room/);
  assertEnded(await run(site, "--jabber-password=wrong"), 2, /not-authorized/);
  assertEnded(await run(site, "sysLoad"), 2, /Expected one of "list", "systemLoad"/);
  assertEnded(await run(site, "--watch=0"), 2, /--watch is less than a second/);
  assertEnded(await run(site, "list", "a@b/"), 2, /Cannot ask a@b\/: no Jabber identifier/);
});
