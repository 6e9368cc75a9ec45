import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { xmppLink, type XmppLinkOptions } from "../../../../lib/messaging/xmpp_link.ts";
import type { Link } from "../../../../lib/messaging/link.ts";
import { Jid } from "../../../../lib/protocol/jid.ts";
import { xml } from "../../../../lib/protocol/xml.ts";
import { startXmppServer, type XmppServerOptions } from "../../../../sim/xmpp/mod.ts";
import { type Cut, cuttingProxy } from "./_cutting_proxy.ts";
import { Observer } from "./_observer.ts";

const DOMAIN = "copilot.test";

function start(options: Partial<XmppServerOptions> = {}) {
  const accounts = new Map([["alice", "secret"], ["bob", "secret"]]);
  return startXmppServer({ domain: DOMAIN, accounts, scramIterations: 16, ...options });
}

function linkOf(user: string, port: number, options: Partial<XmppLinkOptions> = {}): Link {
  return xmppLink({
    jid: Jid.parse(`${user}@${DOMAIN}`),
    password: "secret",
    host: "127.0.0.1",
    port,
    resource: "one",
    backoff: { firstMs: 1, maxMs: 2, jitter: 0 },
    ...options,
  });
}

function idsOf(observer: Observer): (string | undefined)[] {
  return observer.stanzas.filter(({ name }) => name === "message").map(({ attrs }) => attrs["id"]);
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Lets sockets and timers have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

const anyCut: fc.Arbitrary<Cut> = fc.record({
  direction: fc.constantFrom("to-server", "to-client"),
  afterBytes: fc.nat({ max: 5000 }),
});

Deno.test("xmppLink() loses and repeats nothing wherever its connection breaks", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCut, { maxLength: 6 }), async (cuts) => {
      const count = 60;
      await using server = await start();
      await using proxy = await cuttingProxy(server.port);
      const observers = { alice: new Observer(), bob: new Observer() };
      await using alice = linkOf("alice", proxy.port);
      await using bob = linkOf("bob", server.port);
      await bob.open(observers.bob);
      await alice.open(observers.alice);
      proxy.plan(cuts);
      for (let index = 0; index < count; index++) {
        alice.send(xml("message", { to: `bob@${DOMAIN}/one`, id: `a${index}` }, xml("body")));
        bob.send(xml("message", { to: `alice@${DOMAIN}/one`, id: `b${index}` }, xml("body")));
        if (index % 3 === 0) await turn();
      }
      await observers.bob.until(() => idsOf(observers.bob).includes(`a${count - 1}`));
      await observers.alice.until(() => idsOf(observers.alice).includes(`b${count - 1}`));
      assertEquals(idsOf(observers.bob), names("a", count));
      assertEquals(idsOf(observers.alice), names("b", count));
      const [, ...again] = observers.alice.statuses.filter(({ type }) => type === "online");
      assert(again.every((status) => status.type === "online" && status.resumed === true));
      assertEquals(observers.bob.types, ["connecting", "online"]);
      const own = observers.alice.stanzas.filter(({ name }) => name === "presence");
      assertEquals(own.length, 1);
    }),
    { numRuns: 60 },
  );
});
