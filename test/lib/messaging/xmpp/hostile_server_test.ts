import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { linkTo, Observer } from "./_observer.ts";
import {
  BIND_FEATURES,
  HEADER,
  LOGIN,
  login,
  LOGIN_FEATURES,
  type Peer,
  scriptedServer,
  SUCCESS,
} from "./_scripted_server.ts";

const MEBIBYTE = 1 << 20;

/** What a server may do wrong, by name. All end the session, none ends the link. */
const POISONS: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  "silence and a closed connection": "",
  "garbage": new Uint8Array([0, 255, 254, 60, 60, 38, 1]),
  "half a stanza": "<message from='b@site.test' id='1'><bo",
  "an unknown entity": "<message><body>&unknown;</body></message>",
  "a document type": "<!DOCTYPE lol [<!ENTITY lol 'lol'>]>",
  "a comment": "<!-- nothing -->",
  "a wrong end tag": "<message></presence>",
  "a stanza without end": `<message><body>${"x".repeat(2 * MEBIBYTE)}`,
  "endless depth": "<a>".repeat(10_000),
  "a stream error": "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>" +
    "</stream:error></stream:stream>",
  "an empty stream error": "<stream:error/>",
  "a redirection": "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>" +
    "elsewhere:1</see-other-host></stream:error>",
  "the end of the stream": "</stream:stream>",
  "features without sense": "<stream:features/>",
  "a second header": HEADER,
  "an empty SASL failure": "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "an impossible sender": "<stream:features from='@@/'/><message from='@@/' to='//'/>",
};

for (const [index, { name }] of LOGIN.entries()) {
  for (const [poison, data] of Object.entries(POISONS)) {
    Deno.test(`xmppLink() survives ${poison} in place of an answer to ${name}`, async () => {
      await using server = scriptedServer(async (peer, connection) => {
        if (connection > 1) return await login(peer).then(() => peer.drain());
        await login(peer, LOGIN.slice(0, index));
        await peer.expect(LOGIN[index]?.expects ?? /$/);
        // The first answer holds the header; without it most poisons would be the same one.
        if (index === 0 && poison !== "silence and a closed connection") await peer.send(HEADER);
        await peer.send(data);
      });
      const observer = new Observer();
      await using link = linkTo(server.port);
      const opened = link.open(observer);
      await observer.status("offline");
      await observer.until(() => observer.types.at(-1) === "online");
      assertEquals((await opened).bare, "a@site.test");
    });
  }
}

Deno.test("xmppLink() survives any change to what a server says", async () => {
  const transcript = HEADER + LOGIN_FEATURES + SUCCESS + HEADER + BIND_FEATURES +
    "<iq type='result' id='x'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
    "<jid>a@site.test/r</jid></bind></iq><message from='b@site.test'><body>hi</body></message>";
  const bytes = new TextEncoder().encode(transcript);
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(changes, fc.nat(bytes.length), async (changed, cut) => {
      const mutated = bytes.slice();
      for (const [at, byte] of changed) mutated[at] = byte;
      await using server = scriptedServer(async (peer, connection) => {
        if (connection > 1) return await login(peer).then(() => peer.drain());
        await peer.send(mutated.subarray(0, cut));
      });
      const observer = new Observer();
      await using link = linkTo(server.port);
      // A change may turn an offer of PLAIN into one that is refused for good.
      const opened = link.open(observer).catch(() => {});
      await opened;
      await observer.until(() => ["online", "closed"].includes(observer.types.at(-1) ?? ""));
    }),
    { numRuns: 40 },
  );
});

Deno.test("xmppLink() survives failing requests in every chunking", async () => {
  const bad = BIND_FEATURES + "<iq type='error' id='1'/>&broken;";
  const scripts: ((peer: Peer) => Promise<void>)[] = [
    // Features and what breaks the stream in one chunk: the library has just begun its request.
    (peer) => peer.send(HEADER + bad),
    // A refused binding, with and without a reason.
    async (peer) => {
      await peer.send(HEADER + BIND_FEATURES);
      const [, id] = await peer.expect(/ id="([^"]*)"/);
      await peer.send(`<iq type='error' id='${id}'/>`);
    },
    async (peer) => {
      await peer.send(HEADER + BIND_FEATURES);
      const [, id] = await peer.expect(/ id="([^"]*)"/);
      await peer.send(
        `<iq type='error' id='${id}'><error type='cancel'>` +
          "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
      );
    },
    // A binding that binds nothing, or what is no JID.
    async (peer) => {
      await peer.send(HEADER + BIND_FEATURES);
      const [, id] = await peer.expect(/ id="([^"]*)"/);
      await peer.send(`<iq type='result' id='${id}'/>`);
    },
    async (peer) => {
      await peer.send(HEADER + BIND_FEATURES);
      const [, id] = await peer.expect(/ id="([^"]*)"/);
      await peer.send(
        `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>` +
          "<jid>@/</jid></bind></iq>",
      );
    },
  ];
  await using server = scriptedServer(async (peer, connection) => {
    const script = scripts[connection - 1];
    if (script === undefined) return await login(peer).then(() => peer.drain());
    await login(peer, LOGIN.slice(0, 2));
    await peer.expect(/<stream:stream[^>]*>/);
    await script(peer);
    await peer.drain();
  });
  const observer = new Observer();
  await using link = linkTo(server.port);
  await link.open(observer);
  assertEquals(observer.types.filter((type) => type === "offline").length, scripts.length);
  assertEquals(server.errors, []);
});

Deno.test("xmppLink() tells a server what was wrong with its XML", async () => {
  let answer = "";
  await using server = scriptedServer(async (peer, connection) => {
    await login(peer);
    if (connection > 1) return await peer.drain();
    await peer.send("<message>&unknown;</message>");
    [answer] = await peer.expect(/<stream:error>.*<\/stream:stream>/);
  });
  const observer = new Observer();
  await using link = linkTo(server.port);
  await link.open(observer);
  await observer.status("online", 2);
  assert(answer.includes("<not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"));
});

Deno.test("xmppLink() doesn't read in the clear after STARTTLS was agreed", async () => {
  const starttls = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" +
    "</stream:features>";
  let first: number | undefined;
  await using server = scriptedServer(async (peer) => {
    await peer.expect(/<stream:stream[^>]*>/);
    await peer.send(HEADER + starttls);
    await peer.expect(/<starttls[^>]*>/);
    await peer.send(`<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${LOGIN_FEATURES}`);
    first = (await peer.read())?.[0];
  });
  const observer = new Observer();
  await using link = linkTo(server.port, { backoff: { attempts: 0 } });
  await link.open(observer).catch(() => {});
  await observer.status("closed");
  // 22: a TLS handshake, and not "<" of an answer to the features that were slipped in.
  assertEquals(first, 22);
});
