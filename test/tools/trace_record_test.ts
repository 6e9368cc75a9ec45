/** The recording proxy between real connections: it changes nothing, and writes down what passes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { xml } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { parseTrace, readSessions, type TraceRecord } from "../../lib/trace/mod.ts";
import { startXmppServer } from "../../sim/xmpp/mod.ts";
import { parseAddress } from "../../tools/trace/address.ts";
import { accountNamed } from "../../tools/trace/record/account.ts";
import { PieceCutter } from "../../tools/trace/record/pieces.ts";
import { type ProxyOptions, startProxy } from "../../tools/trace/record/proxy.ts";
import { maskSecrets } from "../../tools/trace/record/secrets.ts";
import { TraceWriter } from "../../tools/trace/record/trace_writer.ts";
import { readTrace, traceNames } from "../traces.ts";
import { inTime } from "./_program.ts";

const LOOPBACK = "127.0.0.1";
const read = (name: string) =>
  Deno.readTextFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const TLS = { cert: read("copilot_test.crt"), key: read("copilot_test.key") };
const ACCOUNTS = new Map([["agent", "secret of agent"], ["jm", "secret of jm"]]);

/** A proxy whose file is in memory. */
function record(
  port: number,
  options: Partial<ProxyOptions> & { readonly maxBytes?: number } = {},
) {
  let text = "";
  let full = 0;
  const decoder = new TextDecoder();
  const problems: string[] = [];
  const { maxBytes } = options;
  const writer = new TraceWriter({
    write: (bytes) => text += decoder.decode(bytes),
    onFull: () => full++,
    maxBytes,
  });
  let seconds = 0;
  const proxy = startProxy({
    listen: { hostname: LOOPBACK, port: 0 },
    to: { hostname: LOOPBACK, port },
    writer,
    seconds: () => seconds++ / 1000,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return {
    proxy,
    writer,
    problems,
    fullCount: () => full,
    text: () => text,
    records: (): TraceRecord[] => parseTrace(text),
  };
}

const startServer = () => startXmppServer({ domain: "copilot.test", accounts: ACCOUNTS, tls: TLS });

function login(port: number, user: string, resource: string) {
  return xmppLink({
    jid: Jid.parse(`${user}@copilot.test`),
    password: ACCOUNTS.get(user) ?? "",
    host: LOOPBACK,
    port,
    resource,
    tls: "starttls-if-offered",
  });
}

Deno.test("trace record writes both sides down, under the names of their accounts", async () => {
  await using server = await startServer();
  const recording = record(server.port);
  const got = Promise.withResolvers<void>();
  {
    await using proxy = recording.proxy;
    await using jm = login(proxy.address.port, "jm", "alpha");
    await jm.open({ onStanza: ({ name }) => name === "message" && got.resolve(), onStatus() {} });
    await using agent = login(proxy.address.port, "agent", "one");
    await agent.open({ onStanza() {}, onStatus() {} });
    await using second = login(proxy.address.port, "agent", "two");
    await second.open({ onStanza() {}, onStatus() {} });
    agent.send(xml("message", { to: "jm@copilot.test/alpha", id: "1" }, xml("body", {}, "żółć")));
    await inTime(got.promise, () => "the message");
  }
  recording.writer.close();
  const records = recording.records();
  const { sessions, stanzas } = readSessions(records);
  assertEquals(sessions.map(({ conn, jid }) => [conn, jid]), [
    ["jm", "jm@copilot.test/alpha"],
    ["agent", "agent@copilot.test/one"],
    ["agent#2", "agent@copilot.test/two"],
  ]);
  const bodies = stanzas.filter(({ stanza }) => stanza.name === "message")
    .map(({ record, stanza }) => [record.conn, record.dir, stanza.children.length]);
  assertEquals(bodies, [["agent", "c2s", 1], ["jm", "s2c", 1]]);
  assertEquals(recording.writer.names, ["jm", "agent", "agent#2"]);
  assert(records.every(({ t }, index) => t >= (records[index - 1]?.t ?? 0)));
  assertEquals(recording.problems, []);
});

Deno.test("trace record withholds STARTTLS and masks what proves a password", async () => {
  await using server = await startServer();
  const recording = record(server.port);
  const open = record(server.port, { secrets: true });
  for (const { proxy } of [recording, open]) {
    await using _proxy = proxy;
    await using link = login(proxy.address.port, "agent", "one");
    await link.open({ onStanza() {}, onStatus() {} });
  }
  for (const { writer } of [recording, open]) writer.close();
  assert(!recording.text().includes("starttls"));
  const steps = (records: readonly TraceRecord[]) =>
    records.filter(({ xml }) => /^<(auth|challenge|response|success)\b/.test(xml));
  const masked = steps(recording.records());
  assert(masked.length >= 3);
  for (const { xml: text } of masked) assertMatch(text, /^<\w+ [^>]*(\/>|>\*\*\*<)/);
  assert(steps(open.records()).every(({ xml: text }) => !text.includes("***")));
});

Deno.test("trace record stops writing at its bound, and goes on passing", async () => {
  await using server = await startServer();
  const recording = record(server.port, { maxBytes: 2000 });
  {
    await using proxy = recording.proxy;
    await using link = login(proxy.address.port, "agent", "one");
    assertEquals((await link.open({ onStanza() {}, onStatus() {} })).resource, "one");
  }
  recording.writer.close();
  assertEquals(recording.fullCount(), 1);
  assert(recording.text().length <= 2000 && recording.records().length > 0);
});

/** A server that keeps what it gets and answers with the same. */
async function startEcho() {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const got: number[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      for await (const chunk of connection.readable) got.push(...chunk);
    }
  })().catch(() => {});
  await Promise.resolve();
  return {
    port: listener.addr.port,
    got,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

/** Sends bytes through a proxy in some chunks; gives back what came out. */
async function throughProxy(bytes: Uint8Array, cut: number): Promise<[Uint8Array, TraceRecord[]]> {
  const echo = await startEcho();
  const recording = record(echo.port, { maxStanzaBytes: 2000 });
  const client = await Deno.connect(recording.proxy.address);
  for (let start = 0; start < bytes.length; start += cut) {
    let left = bytes.subarray(start, start + cut);
    while (left.length > 0) left = left.subarray(await client.write(left));
  }
  await client.closeWrite();
  // The echo has read all when it has seen the end.
  const end = new Uint8Array(1);
  await client.read(end).catch(() => null);
  client.close();
  await recording.proxy[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
  recording.writer.close();
  return [new Uint8Array(echo.got), recording.records()];
}

Deno.test("trace record passes every byte on as it came, whether or not it can be read", async () => {
  const stream = new TextEncoder().encode(
    "<?xml version='1.0'?><stream:stream to='x'> \n<message to=\"a>b\"><body>żółć ]]&gt;</body></message>" +
      "<presence/> </stream:stream>",
  );
  const noise = fc.uint8Array({ minLength: 1, maxLength: 60 });
  const tails = fc.oneof(fc.constant(new Uint8Array()), noise);
  await fc.assert(
    fc.asyncProperty(tails, fc.integer({ min: 1, max: 200 }), async (tail, cut) => {
      const bytes = new Uint8Array([
        ...stream.subarray(0, tail.length === 0 ? undefined : 60),
        ...tail,
      ]);
      const [got] = await throughProxy(bytes, cut);
      assertEquals(got, bytes);
    }),
    { numRuns: 25 },
  );
  const [, records] = await throughProxy(stream, 7);
  assertEquals(records.map(({ xml: text }) => text), [
    "<?xml version='1.0'?><stream:stream to='x'>",
    '<message to="a>b"><body>żółć ]]&gt;</body></message>',
    "<presence/>",
    "</stream:stream>",
  ]);
  assertEquals(new Set(records.map(({ conn }) => conn)), new Set(["nobody"]));
});

Deno.test("trace record says that a server cannot be reached, and closes the connection", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  listener.close();
  const recording = record(port);
  await using proxy = recording.proxy;
  const client = await Deno.connect(proxy.address);
  assertEquals(await client.read(new Uint8Array(1)).catch(() => null), null);
  client.close();
  assertMatch(recording.problems[0] ?? "", /^Cannot reach 127\.0\.0\.1:\d+: /);
});

Deno.test("PieceCutter cuts every recorded stream into the pieces of its trace", () => {
  for (const name of traceNames()) {
    const byWay = Map.groupBy(readTrace(name), ({ conn, dir }) => `${conn} ${dir}`);
    for (const records of byWay.values()) {
      const text = records.map(({ xml }) => xml).join("\n");
      for (const size of [1, 13, 4096]) {
        const cutter = new PieceCutter(1 << 20);
        let pieces: string[] = [];
        for (let start = 0; start < text.length; start += size) {
          const cut = [...cutter.push(text.slice(start, start + size))];
          pieces = pieces.concat(cut.map((piece) => piece.text));
        }
        assertEquals(pieces.join("") + cutter.rest, text);
        const said = pieces.map((piece) => piece.trim()).filter((piece) => piece !== "");
        assertEquals(said, records.map(({ xml }) => xml));
      }
    }
  }
});

Deno.test("accountNamed() reads the account out of each kind of login", () => {
  const sasl = (name: string, step: string) =>
    xml(name, { xmlns: "urn:ietf:params:xml:ns:xmpp-sasl" }, btoa(step));
  assertEquals(accountNamed(sasl("auth", "\0agent\0secret")), "agent");
  assertEquals(accountNamed(sasl("auth", "n,,n=ag=2Cent,r=abc")), "ag,ent");
  assertEquals(
    accountNamed(sasl("response", 'charset=utf-8,username="ag\\"ent",realm="x"')),
    'ag"ent',
  );
  assertEquals(accountNamed(sasl("response", "c=biws,r=abc,p=xyz")), undefined);
  assertEquals(accountNamed(parseXml("<auth>no base64!</auth>")), undefined);
  assertEquals(
    accountNamed(parseXml("<iq type='result'><bind><jid>jm@site/1</jid></bind></iq>")),
    "jm",
  );
});

Deno.test("maskSecrets() hides passwords and tickets wherever they stand, and nothing else", () => {
  const query = parseXml(
    "<iq type='set'><query xmlns='jabber:iq:auth'><username>a</username><password>b</password></query></iq>",
  );
  assertEquals(maskSecrets(query), {
    ...query,
    children: [
      xml(
        "query",
        { xmlns: "jabber:iq:auth" },
        xml("username", {}, "a"),
        xml("password", {}, "***"),
      ),
    ],
  });
  const ticket = parseXml("<message><body><info command='c' ticket='t'/></body></message>");
  assertEquals(maskSecrets(ticket).children, [
    xml("body", {}, xml("info", { command: "c", ticket: "***" })),
  ]);
  const failure = parseXml(
    "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>",
  );
  assertEquals(maskSecrets(failure), failure);
  for (const name of traceNames().filter((trace) => !trace.startsWith("secure"))) {
    for (const { xml: text } of readTrace(name).filter(({ xml }) => xml.startsWith("<message"))) {
      const stanza = parseXml(text);
      assert(maskSecrets(stanza) === stanza, text);
    }
  }
});

Deno.test("TraceWriter keeps the order of lines while connections have no name yet", () => {
  let text = "";
  const writer = new TraceWriter({ write: (bytes) => text += new TextDecoder().decode(bytes) });
  const [one, two] = [{ name: undefined }, { name: undefined }];
  writer.add(one, 0, "c2s", "<a/>");
  writer.name(two, "jm");
  writer.add(two, 1, "c2s", "<b/>");
  assertEquals(text, "");
  writer.name(one, "jm");
  writer.add({ name: undefined }, 2, "c2s", "<c/>");
  writer.add(two, 30, "c2s", "<d/>");
  assertEquals(parseTrace(text).map(({ conn, xml }) => [conn, xml]), [
    ["jm#2", "<a/>"],
    ["jm", "<b/>"],
    ["nobody", "<c/>"],
    ["jm", "<d/>"],
  ]);
});

Deno.test("parseAddress() reads host and port in each form", () => {
  assertEquals(parseAddress("xmpp.cern.ch"), { hostname: "xmpp.cern.ch", port: 5222 });
  assertEquals(parseAddress("[::1]:15222"), { hostname: "::1", port: 15222 });
  assertEquals(parseAddress(":0"), { hostname: "127.0.0.1", port: 0 });
  assertEquals(parseAddress("15222"), { hostname: "127.0.0.1", port: 15222 });
  for (const bad of ["", "a:b", "a:99999", "a b"]) assertEquals(parseAddress(bad), undefined);
});
