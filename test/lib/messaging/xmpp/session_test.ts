import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LinkRefusedError, OutboxFullError } from "../../../../lib/messaging/link.ts";
import { xml } from "../../../../lib/protocol/xml.ts";
import { linkTo, Observer } from "./_observer.ts";
import {
  HEADER,
  LOGIN,
  login,
  LOGIN_FEATURES,
  type Peer,
  scriptedServer,
} from "./_scripted_server.ts";
import { eventually } from "../../../_eventually.ts";

const NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl";

/** Lets a client in and hands it what the test wants to say. */
function host(talk: (peer: Peer, connection: number) => Promise<void>) {
  return scriptedServer(async (peer, connection) => {
    await login(peer);
    await talk(peer, connection);
    await peer.drain();
  });
}

/** A server that answers the first login with this and lets in the second. */
function failOnce(condition: string) {
  return scriptedServer(async (peer, connection) => {
    if (connection > 1) return await login(peer).then(() => peer.drain());
    await login(peer, LOGIN.slice(0, 1));
    await peer.expect(/<auth/);
    await peer.send(`<failure xmlns='${NS_SASL}'><${condition}/><text>why</text></failure>`);
    await peer.drain();
  });
}

Deno.test("xmppLink() puts characters together that were split between chunks", async () => {
  const text = "h\u00e9 \u20ac \u{1F600}";
  await using server = host(async (peer) => {
    const stanza = `<message id='1'><body>${text}</body></message>`;
    for (const byte of new TextEncoder().encode(stanza)) {
      await peer.send(new Uint8Array([byte]));
      // Nagle's algorithm would join the bytes again; a turn of the loop keeps most of them apart.
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
  const observer = new Observer();
  await using link = linkTo(server.port);
  await link.open(observer);
  await observer.until(() => observer.stanzas.length === 1);
  assertEquals(observer.stanzas[0]?.children, [xml("body", {}, text)]);
});

Deno.test("xmppLink() writes stanzas as the original does", async () => {
  let heard = "";
  await using server = host(async (peer) => {
    [heard] = await peer.expect(/<message.*<\/message>/s);
    await peer.send("<message id='done'/>");
  });
  const observer = new Observer();
  await using link = linkTo(server.port);
  await link.open(observer);
  link.send(
    xml("message", { to: "b@site.test", id: "1" }, xml("info", { command: "_BASE64:eA==\n" })),
  );
  await observer.until(() => observer.stanzas.length === 1);
  assertEquals(
    heard,
    "<message to='b@site.test' id='1'><info command='_BASE64:eA==\n'/></message>",
  );
});

Deno.test("xmppLink() tries again after a temporary SASL failure", async () => {
  for (const condition of ["temporary-auth-failure", "aborted", "unheard-of"]) {
    await using server = failOnce(condition);
    const observer = new Observer();
    await using link = linkTo(server.port);
    await link.open(observer);
    assertEquals(observer.types, ["connecting", "offline", "connecting", "online"]);
  }
});

Deno.test("xmppLink() gives up after a final SASL failure", async () => {
  for (const condition of ["not-authorized", "account-disabled", "mechanism-too-weak"]) {
    await using server = failOnce(condition);
    const observer = new Observer();
    await using link = linkTo(server.port);
    const error = await assertRejects(() => link.open(observer), LinkRefusedError);
    assertStringIncludes(error.message, condition);
    assertEquals(observer.types, ["connecting", "closed"]);
  }
});

Deno.test("xmppLink() closes when a later login is refused for good", async () => {
  await using server = scriptedServer(async (peer, connection) => {
    if (connection === 1) return await login(peer);
    await login(peer, LOGIN.slice(0, 1));
    await peer.expect(/<auth/);
    await peer.send(`<failure xmlns='${NS_SASL}'><not-authorized/></failure>`);
    await peer.drain();
  });
  const observer = new Observer();
  await using link = linkTo(server.port);
  await link.open(observer);
  await observer.status("closed");
  assertEquals(observer.types, ["connecting", "online", "offline", "connecting", "closed"]);
});

Deno.test("xmppLink() refuses a server that offers no mechanism that is allowed", async () => {
  await using server = scriptedServer(async (peer) => {
    await peer.expect(/<stream:stream[^>]*>/);
    await peer.send(HEADER + LOGIN_FEATURES);
    await peer.drain();
  });
  await using link = linkTo(server.port, { mechanisms: ["SCRAM-SHA-1"] });
  const error = await assertRejects(() => link.open(new Observer()), LinkRefusedError);
  assertEquals(
    error.message,
    "Cannot log in as a@site.test: server offers PLAIN, and allowed here is SCRAM-SHA-1",
  );
});

Deno.test("xmppLink() refuses a server without STARTTLS where that is required", async () => {
  await using server = scriptedServer(async (peer) => {
    await peer.expect(/<stream:stream[^>]*>/);
    await peer.send(HEADER + LOGIN_FEATURES);
    await peer.drain();
  });
  await using link = linkTo(server.port, { tls: "require-starttls" });
  await assertRejects(() => link.open(new Observer()), LinkRefusedError, "STARTTLS");
});

Deno.test("xmppLink() refuses a server that cannot prove that it knows the password", async () => {
  const scram = LOGIN_FEATURES.replace("PLAIN", "SCRAM-SHA-1");
  for (const proof of [btoa("v=AAAA"), "", "="]) {
    await using server = scriptedServer(async (peer) => {
      await peer.expect(/<stream:stream[^>]*>/);
      await peer.send(HEADER + scram);
      const [, first = ""] = await peer.expect(/<auth[^>]*>([^<]*)<\/auth>/);
      const nonce = /r=(.*)/.exec(atob(first))?.[1];
      const challenge = btoa(`r=${nonce}more,s=QSXCR+Q6sek8bf92,i=4096`);
      await peer.send(`<challenge xmlns='${NS_SASL}'>${challenge}</challenge>`);
      await peer.expect(/<response[^>]*>[^<]*<\/response>/);
      await peer.send(`<success xmlns='${NS_SASL}'>${proof}</success>`);
      await peer.drain();
    });
    await using link = linkTo(server.port);
    await assertRejects(() => link.open(new Observer()), LinkRefusedError, "SCRAM");
  }
});

Deno.test("xmppLink() starts a session where the server wants one, and sends its priority", async () => {
  const session = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></stream:features>";
  let presence = "";
  const steps = LOGIN.slice(0, 4).map((step, index) =>
    index === 2 ? { ...step, answer: () => HEADER + bindFeaturesWith(session) } : step
  );
  await using server = scriptedServer(async (peer) => {
    await login(peer, steps);
    const [, id] = await peer.expect(/<iq[^>]* id="([^"]*)"[^>]*><session[^>]*><\/iq>/);
    await peer.send(`<iq type='result' id='${id}'/>`);
    [presence] = await peer.expect(/<presence.*<\/presence>/);
    await peer.send("<message id='done'/>");
    await peer.drain();
  });
  await using link = linkTo(server.port, { priority: 5 });
  const observer = new Observer();
  await link.open(observer);
  await observer.until(() => observer.stanzas.length > 0);
  assertEquals(presence, "<presence><priority>5</priority></presence>");
  assertEquals(observer.stanzas, [xml("message", { id: "done" })]);
});

/** Features of a bound stream that ends as given. */
function bindFeaturesWith(rest: string): string {
  return `<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>${rest}`;
}

Deno.test("xmppLink() hands on every iq but the answers to its own", async () => {
  await using server = host(async (peer) => {
    const [, id] = await peer.expect(/<iq type='get'[^>]* id='(ping-[^']*)'/);
    await peer.send(`<iq type='result' id='${id}'/>`);
    await peer.send("<iq type='result' id='other'/><iq type='get' id='1'><ping/></iq>");
  });
  const observer = new Observer();
  await using link = linkTo(server.port, { keepaliveMs: 20 });
  await link.open(observer);
  await observer.until(() => observer.stanzas.length >= 2);
  assertEquals(observer.stanzas.map(({ attrs }) => attrs["id"]), ["other", "1"]);
});

Deno.test("xmppLink() leaves a server that no longer answers", async () => {
  await using server = host(() => Promise.resolve());
  const observer = new Observer();
  await using link = linkTo(server.port, { keepaliveMs: 10 });
  await link.open(observer);
  await observer.status("online", 2);
  const offline = observer.statuses.find((status) => status.type === "offline");
  assertStringIncludes(offline?.reason ?? "", "no answer to a ping");
});

Deno.test("xmppLink() leaves a server that doesn't let it in", async () => {
  await using server = scriptedServer((peer) => peer.drain());
  const observer = new Observer();
  await using link = linkTo(server.port, { connectTimeoutMs: 10, backoff: { attempts: 0 } });
  await assertRejects(() => link.open(observer), Error, "no end after 10 ms");
  assertEquals(observer.types, ["connecting", "closed"]);
});

Deno.test("xmppLink() backs off further while sessions don't last", async () => {
  const conflict = "<stream:error><conflict/><text>Replaced</text></stream:error>";
  await using server = host((peer) => peer.send(conflict));
  const observer = new Observer();
  const backoff = { firstMs: 1, maxMs: 10_000, jitter: 0, attempts: 5 };
  await using link = linkTo(server.port, { backoff });
  await link.open(observer);
  await observer.status("closed");
  const waits = observer.statuses.flatMap((status) =>
    status.type === "offline" ? [status.retryMs] : []
  );
  assertEquals(waits, [1, 2, 4, 8, 16]);
  const reason = "Server ended the stream: conflict, Replaced";
  assertEquals(observer.statuses.at(-1), { type: "closed", reason });
});

Deno.test("xmppLink() tries again when nobody listens", async () => {
  const port = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  })();
  const observer = new Observer();
  await using link = linkTo(port, { backoff: { firstMs: 1, maxMs: 1, attempts: 3 } });
  await assertRejects(() => link.open(observer), Error, "ECONNREFUSED");
  assertEquals(observer.types.filter((type) => type === "connecting").length, 4);
});

Deno.test("xmppLink() keeps the order and a limit when the server doesn't read", async () => {
  const read = Promise.withResolvers<void>();
  const padding = "x".repeat(10_000);
  let heard = "";
  await using server = host(async (peer) => {
    await read.promise;
    heard = peer.received; // what came along with the presence
    const decoder = new TextDecoder();
    while (!heard.slice(-100).includes("id='last'")) {
      const bytes = await peer.read();
      assert(bytes !== undefined, "The connection ended before the last message");
      heard += decoder.decode(bytes, { stream: true });
    }
    await peer.send("<message id='done'/>");
  });
  const observer = new Observer();
  await using link = linkTo(server.port, { outboxLimit: { maxBytes: 1 << 20 } });
  await link.open(observer);
  let sent = 0;
  try {
    for (; sent < 100_000; sent++) {
      link.send(xml("message", { id: `${sent}` }, padding));
      if (sent % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  } catch (error) {
    assert(error instanceof OutboxFullError);
  }
  assert(sent < 100_000);
  read.resolve();
  await eventually("room in the outbox", () => {
    try {
      link.send(xml("message", { id: "last" }));
      return true;
    } catch (error) {
      if (error instanceof OutboxFullError) return false;
      throw error;
    }
  }, { lookMs: 1 });
  await observer.until(() => observer.stanzas.length === 1);
  const ids = [...heard.matchAll(/ id='(\d+)'/g)].map(([, id]) => Number(id));
  assertEquals(ids, Array.from({ length: sent }, (_, index) => index));
});

Deno.test("xmppLink() reports what a handler throws and goes on", async () => {
  await using server = host((peer) => peer.send("<message id='1'/><message id='2'/>"));
  const observer = new Observer();
  const reported: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  globalThis.addEventListener("error", onError);
  try {
    await using link = linkTo(server.port);
    await link.open({
      onStatus: (status) => observer.onStatus(status),
      onStanza(stanza) {
        observer.onStanza(stanza);
        throw new Error(`No ${stanza.attrs["id"]}`);
      },
    });
    await observer.until(() => observer.stanzas.length === 2);
    assertEquals(reported.map(String), ["Error: No 1", "Error: No 2"]);
    assertEquals(observer.types, ["connecting", "online"]);
  } finally {
    globalThis.removeEventListener("error", onError);
  }
});

Deno.test("xmppLink() hands on what came before it was online, afterwards", async () => {
  await using server = scriptedServer(async (peer) => {
    await login(peer, LOGIN.slice(0, 3));
    const bind = LOGIN[3];
    const match = await peer.expect(bind?.expects ?? /$/);
    await peer.send(`${bind?.answer(match)}<message id='early'/>`);
    await peer.drain();
  });
  const observer = new Observer();
  await using link = linkTo(server.port);
  let jidAtFirst: unknown;
  await link.open({
    onStatus: (status) => observer.onStatus(status),
    onStanza(stanza) {
      jidAtFirst = link.jid;
      observer.onStanza(stanza);
    },
  });
  await observer.until(() => observer.stanzas.length === 1);
  assert(jidAtFirst !== undefined);
});

Deno.test("xmppLink() doesn't wait for ever for a server's goodbye", async () => {
  let goodbye = "";
  await using server = host(async (peer) => {
    [goodbye] = await peer.expect(/<presence type='unavailable'\/><\/stream:stream>/);
  });
  const observer = new Observer();
  const link = linkTo(server.port, { closeTimeoutMs: 100 });
  await link.open(observer);
  await link[Symbol.asyncDispose]();
  assertEquals(observer.types.at(-1), "closed");
  assert(goodbye !== "");
});

Deno.test("xmppLink() can be closed by its own handler, at any status", async () => {
  for (const at of ["connecting", "online", "offline"]) {
    await using server = host((peer) => peer.send("</stream:stream>"));
    const link = linkTo(server.port);
    const seen: string[] = [];
    const closed = Promise.withResolvers<void>();
    link.open({
      onStanza() {},
      onStatus({ type }) {
        seen.push(type);
        if (type === at) link[Symbol.asyncDispose]().then(closed.resolve, closed.reject);
      },
    }).catch(() => {});
    await closed.promise;
    assertEquals(seen.slice(-2), [at, "closed"]);
  }
});
