import { assert, assertEquals, assertRejects } from "@std/assert";
import { childNamed, textOf, type XmlElement } from "../../../lib/protocol/xml.ts";
import { startXmppServer, type XmppServerOptions } from "../../../sim/xmpp/mod.ts";
import { digestProof, parseDigest } from "../../../sim/xmpp/sasl_digest_md5.ts";
import { header, RawClient } from "./raw_client.ts";

const DOMAIN = "copilot.test";
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const fixture = (name: string) =>
  Deno.readTextFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));
const TLS = { cert: fixture("copilot_test.crt"), key: fixture("copilot_test.key") };

function start(options: Partial<XmppServerOptions> = {}) {
  const accounts = new Map([["alice", "alice-password"], ["bob", "bob-password"]]);
  return startXmppServer({ domain: DOMAIN, accounts, scramIterations: 16, ...options });
}

/** The condition of the stream error that the server closes the connection with. */
async function streamError(client: RawClient): Promise<string | undefined> {
  const came = await client.closed();
  const error = came.find(({ name }) => name === "stream:error");
  const [condition] = error?.children ?? [];
  return typeof condition === "object" ? condition.name : undefined;
}

function mechanismsOf(features: XmlElement): string[] {
  const list = childNamed(features, "mechanisms");
  return list?.children.flatMap((child) => typeof child === "string" ? [] : [textOf(child)]) ?? [];
}

Deno.test("startXmppServer() offers its mechanisms in the order given", async () => {
  const mechanisms = ["PLAIN", "DIGEST-MD5"] as const;
  await using server = await start({ mechanisms });
  await using client = await RawClient.connect(server.port);
  assertEquals(mechanismsOf(await client.open(DOMAIN)), [...mechanisms]);
});

Deno.test("startXmppServer() lets a client in by DIGEST-MD5 as the original speaks it", async () => {
  await using server = await start();
  await using client = await RawClient.connect(server.port);
  await client.open(DOMAIN);
  client.send(`<auth mechanism='DIGEST-MD5' ${SASL}/>`);
  const challenge = parseDigest(atob(textOf(await client.next("challenge"))));
  const said = new Map(Object.entries({
    charset: "utf-8",
    cnonce: "ea31faab",
    "digest-uri": `xmpp/${DOMAIN}`,
    nc: "00000001",
    nonce: challenge?.get("nonce") ?? "",
    qop: "auth",
    username: "alice",
  }));
  const proof = digestProof(said, "alice-password", "AUTHENTICATE");
  const text = [...said, ["response", proof]].map(([name, value]) => `${name}="${value}"`).join();
  client.send(`<response ${SASL}>${btoa(text)}\n</response>`);
  const answer = atob(textOf(await client.next("challenge")));
  assertEquals(answer, `rspauth=${digestProof(said, "alice-password", "")}`);
  client.send(`<response ${SASL}/>`);
  await client.next("success");
});

Deno.test("startXmppServer() takes everything in one chunk", async () => {
  await using server = await start();
  await using client = await RawClient.connect(server.port);
  const bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
  client.send(
    `${header(DOMAIN)}<auth ${SASL} mechanism='PLAIN'>${btoa("\0alice\0alice-password")}</auth>`,
  );
  await client.next("success");
  client.restart();
  client.send(`${header(DOMAIN)}${bind}<presence/><message to='alice@${DOMAIN}' id='m'/> \n`);
  const message = await client.next("message");
  assertEquals(message.attrs["id"], "m");
  client.send("</stream:stream>");
  await client.next("end");
  await client.closed();
  assertEquals(server.broker.sessionCount, 0);
});

Deno.test("startXmppServer() tells why a login failed, and ends after too many", async () => {
  await using server = await start({ limits: { maxFailedLogins: 5 } });
  await using client = await RawClient.connect(server.port);
  await client.open(DOMAIN);
  const failure = async (text: string) => {
    client.send(text);
    const [condition] = (await client.next("failure")).children;
    return typeof condition === "object" ? condition.name : undefined;
  };
  const auth = (mechanism: string, text: string) =>
    `<auth ${SASL} mechanism='${mechanism}'>${text}</auth>`;
  assertEquals(await failure(auth("PLAIN", btoa("\0alice\0wrong"))), "not-authorized");
  assertEquals(await failure(auth("GSSAPI", "")), "invalid-mechanism");
  assertEquals(await failure(auth("PLAIN", "%%")), "incorrect-encoding");
  assertEquals(await failure(`<response ${SASL}/>`), "malformed-request");
  assertEquals(await failure(`<abort ${SASL}/>`), "aborted");
  client.send(auth("PLAIN", btoa("\0alice\0wrong")));
  assertEquals(await streamError(client), "policy-violation");
});

Deno.test("startXmppServer() secures a connection by STARTTLS", async () => {
  await using server = await start({ tls: TLS, requireTls: true });
  await using client = await RawClient.connect(server.port);
  const features = await client.open(DOMAIN);
  const starttls = childNamed(features, "starttls");
  assert(starttls !== undefined && childNamed(starttls, "required") !== undefined);
  assertEquals(mechanismsOf(features), []);
  client.send(`<auth ${SASL} mechanism='PLAIN'>${btoa("\0alice\0alice-password")}</auth>`);
  await client.next("failure");
  // What follows in clear text must not count once the connection is secure.
  const injected = `<abort ${SASL}/>`;
  client.send(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${injected}`);
  await client.next("proceed");
  await client.secure(TLS.cert, DOMAIN);
  await client.plain(DOMAIN, "alice", "one");
  client.send(`<message to='alice@${DOMAIN}/one' id='m'><body>\u20ac</body></message>`);
  assertEquals((await client.next("message")).attrs["id"], "m");
});

Deno.test("startXmppServer() speaks TLS from the first byte", async () => {
  await using server = await start({ tls: TLS, tlsPort: 0 });
  await using client = await RawClient.connectTls(server.tlsPort ?? 0, TLS.cert, DOMAIN);
  await client.plain(DOMAIN, "alice", "one");
});

Deno.test("XmppServer ends although a client never began its TLS handshake", async () => {
  const server = await start({ tls: TLS, tlsPort: 0 });
  await using _idle = await RawClient.connect(server.tlsPort ?? 0);
  await using client = await RawClient.connectTls(server.tlsPort ?? 0, TLS.cert, DOMAIN);
  await client.open(DOMAIN);
  await server[Symbol.asyncDispose]();
});

Deno.test("startXmppServer() refuses TLS without a certificate and ports that are taken", async () => {
  await assertRejects(() => start({ requireTls: true }), RangeError);
  await using server = await start();
  await assertRejects(() => start({ port: server.port }), Error);
  await assertRejects(() => start({ tls: TLS, tlsPort: server.port }), Error);
});

for (
  const [condition, text] of [
    ["host-unknown", header("elsewhere.test")],
    ["invalid-namespace", header(DOMAIN).replace("jabber:client", "jabber:server")],
    ["invalid-namespace", header(DOMAIN).replace("etherx", "ether")],
    ["bad-format", "<stream xmlns='jabber:client'>"],
    ["unsupported-version", header(DOMAIN).replace("version='1.0' xmlns", "version='0.9' xmlns")],
    ["not-well-formed", "GET / HTTP/1.1\r\n\r\n"],
    ["not-well-formed", `${header(DOMAIN)}<a></b>`],
    ["restricted-xml", `${header(DOMAIN)}<!-- -->`],
    ["not-authorized", `${header(DOMAIN)}<message to='bob@${DOMAIN}'/>`],
    ["policy-violation", `${header(DOMAIN)}<a>${"x".repeat(2000)}`],
  ] as const
) {
  Deno.test(`startXmppServer() ends a stream with ${condition} for ${text.slice(-24)}`, async () => {
    await using server = await start({ limits: { maxStanzaBytes: 1000 } });
    await using client = await RawClient.connect(server.port);
    client.send(text);
    assertEquals(await streamError(client), condition);
  });
}

Deno.test("startXmppServer() ends a stream that is no UTF-8", async () => {
  await using server = await start();
  await using client = await RawClient.connect(server.port);
  client.send(header(DOMAIN));
  client.send(new Uint8Array([0x3c, 0x61, 0x20, 0xff, 0xfe]));
  assertEquals(await streamError(client), "not-well-formed");
});

Deno.test("startXmppServer() ends a bound stream for what is no stanza", async () => {
  await using server = await start();
  for (
    const text of ["<presents/>", "<message xmlns='urn:other'/>", "<a xmlns='urn:xmpp:sm:3'/>"]
  ) {
    await using client = await RawClient.login(server.port, DOMAIN, "alice", "one");
    client.send(text);
    assertEquals(await streamError(client), "unsupported-stanza-type");
    assertEquals(server.broker.sessionCount, 0);
  }
});

Deno.test("startXmppServer() ends the older of two sessions with a conflict", async () => {
  await using server = await start();
  await using older = await RawClient.login(server.port, DOMAIN, "alice", "one");
  await using _newer = await RawClient.login(server.port, DOMAIN, "alice", "one");
  assertEquals(await streamError(older), "conflict");
  assertEquals(server.broker.sessionCount, 1);
});

Deno.test("startXmppServer() refuses a resource that cannot be, and sessions beyond the limit", async () => {
  await using server = await start({ maxSessionsPerUser: 1 });
  await using _first = await RawClient.login(server.port, DOMAIN, "alice", "one");
  await using client = await RawClient.connect(server.port);
  await client.open(DOMAIN);
  client.send(`<auth ${SASL} mechanism='PLAIN'>${btoa("\0alice\0alice-password")}</auth>`);
  await client.next("success");
  client.restart();
  await client.open(DOMAIN);
  for (const resource of ["x".repeat(2000), "two"]) {
    const bind = "bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'";
    client.send(`<iq type='set' id='b'><${bind}><resource>${resource}</resource></bind></iq>`);
    assertEquals((await client.next("iq")).attrs["type"], "error");
  }
});

Deno.test("startXmppServer() cuts a client that does not log in", async () => {
  let due = () => {};
  const clock = {
    now: () => 0,
    after: (delayMs: number, callback: () => void) => {
      if (delayMs === 1234) due = callback;
      return { cancel() {} };
    },
  };
  await using server = await start({ clock, limits: { loginMs: 1234 } });
  await using client = await RawClient.connect(server.port);
  await client.open(DOMAIN);
  due();
  assertEquals(await streamError(client), "connection-timeout");
});

Deno.test("startXmppServer() cuts a client that does not read", async () => {
  await using server = await start({ limits: { maxOutputBytes: 100_000 } });
  await using reader = await RawClient.login(server.port, DOMAIN, "bob", "one");
  await using writer = await RawClient.login(server.port, DOMAIN, "alice", "one");
  reader.pause();
  const body = "x".repeat(50_000);
  // The system's own buffers take some megabytes before the server has to wait.
  for (let count = 0; count < 1000 && server.broker.session(`bob@${DOMAIN}/one`); count++) {
    writer.send(`<message to='bob@${DOMAIN}/one'><body>${body}</body></message>`);
    writer.send(`<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await writer.next("iq");
  }
  assertEquals(server.broker.session(`bob@${DOMAIN}/one`), undefined);
  assertEquals(server.broker.sessionCount, 1);
});

Deno.test("startXmppServer() takes characters that are split between chunks", async () => {
  await using server = await start();
  await using client = await RawClient.login(server.port, DOMAIN, "alice", "one");
  const text = "\u00e9\u20ac\u{1F600}".repeat(20);
  const bytes = new TextEncoder().encode(
    `<message to='alice@${DOMAIN}/one'><body>${text}</body></message>`,
  );
  for (const byte of bytes) client.send(Uint8Array.of(byte));
  const body = childNamed(await client.next("message"), "body");
  assertEquals(body && textOf(body), text);
});

Deno.test("XmppServer.kill() cuts all connections, and clients may come back", async () => {
  await using server = await start();
  await using client = await RawClient.login(server.port, DOMAIN, "alice", "one");
  server.kill();
  assertEquals((await client.closed()).map(({ name }) => name), []);
  assertEquals([server.broker.sessionCount, server.connectionCount], [0, 0]);
  await using _again = await RawClient.login(server.port, DOMAIN, "alice", "one");
});
