/** Jobs through servers that empty the original's messages, and through mixed sites. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadConfig } from "../../lib/config.ts";
import { systemClock } from "../../lib/clock.ts";
import { openQueue } from "../../lib/jobs/open_queue.ts";
import { submitJobs } from "../../lib/jobs/submission.ts";
import { createLogger, type MemorySink, memorySink } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { decodeMessage, encodeMessage } from "../../lib/protocol/message.ts";
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { agentOptions } from "../../roles/agent/open_agent.ts";
import { AGENT_COMPONENT, agentVariables } from "../../roles/agent/variables.ts";
import { Agent } from "../../roles/agent.ts";
import { jobManagerOptions } from "../../roles/jobmanager/open_jobmanager.ts";
import { JOBMANAGER_COMPONENT, jobManagerVariables } from "../../roles/jobmanager/variables.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { startSandbox } from "../../sim/sandbox.ts";
import { waitForJobs } from "../../tools/queue.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const PASSWORD = "secret";
const ACCOUNTS = new Map(["jobmanager", "agent", "heartbeat"].map((name) => [name, PASSWORD]));

/** An XMPP server for a site; its other servers are those of the sandbox. */
interface Xmpp {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly mucDomain: string;
  readonly caFile?: string;
}

/** Lines that put a component on that server. */
function account(prefix: string, xmpp: Xmpp, envelope: string): string[] {
  return [
    `${prefix}_JABBER_SERVER ${xmpp.host}`,
    `${prefix}_JABBER_PORT ${xmpp.port}`,
    `${prefix}_JABBER_DOMAIN ${xmpp.domain}`,
    `${prefix}_JABBER_PASSWORD ${PASSWORD}`,
    ...xmpp.caFile === undefined ? [] : [`${prefix}_JABBER_CA_FILE ${xmpp.caFile}`],
    `HB_CHAT_SERVER ${xmpp.mucDomain}`,
    `XMPP_ENVELOPE ${envelope}`,
  ];
}

/** Runs a manager, an agent and one job; `meanwhile` is called while both are online. */
async function runJob(
  xmpp: Xmpp,
  envelopes: { readonly manager: string; readonly agent: string },
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly state: string | undefined; readonly log: MemorySink }> {
  const directory = await Deno.makeTempDir();
  const log = memorySink();
  const logger = createLogger({ sinks: [log] });
  const stop = new AbortController();
  try {
    await using sandbox = await startSandbox({
      directory,
      durable: false,
      settings: {
        [JOBMANAGER_COMPONENT]: account("JM", xmpp, envelopes.manager),
        [AGENT_COMPONENT]: [
          ...account("AGENT", xmpp, envelopes.agent),
          `JM_JABBER_ADDRESS jobmanager@${xmpp.domain}`,
          "AGENT_REQUEST_INTERVAL 1",
        ],
      },
    });
    const { directories, ports } = sandbox.addresses;
    const from = (component: string) => ({ component, directory, environment: () => undefined });
    const manager = await loadConfig(jobManagerVariables, from(JOBMANAGER_COMPONENT));
    const agent = await loadConfig(agentVariables, from(AGENT_COMPONENT));
    await using queue = await openQueue(manager.config);
    const running = [
      new JobManager(await jobManagerOptions(manager.config, queue.store, logger)).run(stop.signal),
      new Agent(await agentOptions(agent.config, logger)).run(stop.signal),
    ];
    await Deno.writeTextFile(join(directory, "job.sh"), "#!/bin/sh\necho 4\n");
    const ids = await submitJobs({ command: join(directory, "job.sh") }, {
      store: queue.store,
      chirpFolder: diskWorkspace(directories.chirp),
      chirpAddress: `127.0.0.1:${ports.chirp}`,
    });
    const [job] = await waitForJobs(queue.store, ids, {
      clock: systemClock,
      signal: AbortSignal.timeout(30_000),
    });
    await meanwhile();
    stop.abort(new Error("The test is over"));
    await Promise.all(running);
    return { state: job?.state, log };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Joins the room, pings everyone in the namespaced form and counts the pongs. */
async function pingRoom(xmpp: Xmpp): Promise<number> {
  const room = `pilots-lounge@${xmpp.mucDomain}`;
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const { promise: joined, resolve: join } = Promise.withResolvers<void>();
  const pongs = new Set<string>();
  await using link = xmppLink({
    jid: Jid.parse(`heartbeat@${xmpp.domain}`),
    password: PASSWORD,
    host: xmpp.host,
    port: xmpp.port,
    ...(xmpp.caFile === undefined ? {} : { caFile: xmpp.caFile }),
  });
  const onStanza = (stanza: XmlElement) => {
    if (stanza.name === "presence" && stanza.attrs["from"] === `${room}/tool`) join();
    if (stanza.name !== "message") return;
    const message = decodeMessage(stanza);
    if (message.kind !== "command" || message.info.attributes["command"] !== "pong") return;
    pongs.add(message.from);
    if (pongs.size === 2) resolve();
  };
  const jid = await link.open({ onStanza, onStatus: () => {} });
  link.send(
    xml("presence", { to: `${room}/tool` }, xml("x", { xmlns: "http://jabber.org/protocol/muc" })),
  );
  await joined;
  link.send(encodeMessage({
    kind: "command",
    from: jid.bare,
    to: room,
    id: "ping-1",
    noack: true,
    groupchat: true,
    info: { attributes: { command: "Heartbeat:ping" }, children: {} },
    form: "namespaced",
  }));
  await answered;
  return pongs.size;
}

Deno.test({
  name: `a job runs through ejabberd, and its room answers pings${
    hasEjabberd ? "" : " (ejabberd is missing)"
  }`,
  ignore: !hasEjabberd,
  fn: async () => {
    await using server = await startEjabberd(ACCOUNTS);
    let pongs = 0;
    const { state, log } = await runJob(server, { manager: "auto", agent: "auto" }, async () => {
      pongs = await pingRoom(server);
    });
    assertEquals(state, "succeeded");
    assertEquals(pongs, 2);
    const said = log.records.map(({ message }) => message).filter((text) => text.includes("form:"));
    assertEquals(said.length, 2);
    for (const text of said) assertStringIncludes(text, "namespaced form: the server empties");
  },
});

Deno.test({
  name: `the original form cannot carry a job through ejabberd${
    hasEjabberd ? "" : " (ejabberd is missing)"
  }`,
  ignore: !hasEjabberd,
  fn: async () => {
    await using server = await startEjabberd(ACCOUNTS);
    const { promise: emptied, resolve } = Promise.withResolvers<XmlElement>();
    const open = (user: string) =>
      xmppLink({
        jid: Jid.parse(`${user}@${server.domain}`),
        password: PASSWORD,
        host: server.host,
        port: server.port,
        caFile: server.caFile,
      });
    await using agent = open("agent");
    await using manager = open("jobmanager");
    const silent = { onStatus: () => {} };
    await agent.open({ ...silent, onStanza: () => {} });
    const jid = await manager.open({
      ...silent,
      onStanza: (stanza) => stanza.name === "message" && resolve(stanza),
    });
    agent.send(encodeMessage({
      kind: "command",
      from: "agent@copilot.test",
      to: jid.full,
      id: "1",
      noack: true,
      groupchat: false,
      info: { attributes: { command: "want_getJob" }, children: {} },
    }));
    const came = await emptied;
    assertEquals(decodeMessage(came).kind, "other");
    assert(came.attrs["noack"] === undefined);
  },
});

Deno.test({
  name: `a mixed site works on Prosody: original agent, namespaced manager${
    hasProsody ? "" : " (Prosody is missing)"
  }`,
  ignore: !hasProsody,
  fn: async () => {
    await using server = await startProsody({ accounts: ACCOUNTS });
    const { state } = await runJob(server, { manager: "namespaced", agent: "original" });
    assertEquals(state, "succeeded");
  },
});
