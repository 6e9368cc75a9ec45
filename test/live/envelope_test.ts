/** Jobs through servers that empty the original's messages, and through mixed sites. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createLogger, memorySink } from "../../lib/log.ts";
import { Container } from "../../lib/messaging/container.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { decodeMessage, encodeMessage } from "../../lib/protocol/message.ts";
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { ACCOUNTS, PASSWORD, runJob, type Xmpp } from "./_job_run.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

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
    const { state, log } = await runJob(server, { manager: [], agent: [] }, async () => {
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
    const { state } = await runJob(server, {
      manager: ["XMPP_ENVELOPE namespaced"],
      agent: ["XMPP_ENVELOPE original"],
    });
    assertEquals(state, "succeeded");
  },
});

for (
  const { name, missing, start, form } of [
    {
      name: "ejabberd",
      missing: !hasEjabberd,
      start: () => startEjabberd(ACCOUNTS),
      form: "namespaced form: the room empties messages of the original form",
    },
    {
      name: "Prosody",
      missing: !hasProsody,
      start: () => startProsody({ accounts: ACCOUNTS }),
      form: "original form: the room keeps it",
    },
  ]
) {
  Deno.test({
    name: `a room on ${name} says by its own reflection what it keeps${
      missing ? ` (${name} is missing)` : ""
    }`,
    ignore: missing,
    fn: async () => {
      await using server = await start();
      const xmpp: Xmpp = server;
      const room = `pilots-lounge@${xmpp.mucDomain}`;
      const sink = memorySink();
      const { promise: joined, resolve } = Promise.withResolvers<void>();
      const link = xmppLink({
        jid: Jid.parse(`heartbeat@${xmpp.domain}`),
        password: PASSWORD,
        host: xmpp.host,
        port: xmpp.port,
        ...(xmpp.caFile === undefined ? {} : { caFile: xmpp.caFile }),
      });
      await using container = new Container({
        link: {
          get jid() {
            return link.jid;
          },
          open: ({ onStanza, onStatus }) =>
            link.open({
              onStanza: (stanza) => {
                if (stanza.name === "presence" && stanza.attrs["from"]?.startsWith(room)) resolve();
                onStanza(stanza);
              },
              onStatus,
            }),
          send: (stanza) => link.send(stanza),
          [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
        },
        component: { handle: () => [] },
        envelope: "auto",
        room,
        log: createLogger({ sinks: [sink] }),
      });
      await container.start();
      await joined;
      await container.learnRoom(room);
      const said = sink.records.map(({ message }) => message);
      assert(said.includes(`Messages to ${room} go out in the ${form}`), said.join("\n"));
    },
  });
}
