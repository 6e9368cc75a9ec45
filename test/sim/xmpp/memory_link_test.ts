import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Clock, systemClock } from "../../../lib/clock.ts";
import {
  type LinkHandler,
  LinkRefusedError,
  type LinkStatus,
} from "../../../lib/messaging/link.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { LINK_USERS, linkContract } from "../../contract/link.ts";
import { seededRandom } from "../../../lib/random.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker } from "../../../sim/xmpp/broker.ts";
import { memoryLink } from "../../../sim/xmpp/memory_link.ts";

for (const xml of [false, true]) {
  linkContract(`memoryLink() ${xml ? "with XML" : "without XML"}`, () => {
    const accounts = new Map(LINK_USERS.map((user) => [user, `${user}-password`]));
    const broker = new Broker({ domain: "copilot.test", accounts });
    return Promise.resolve({
      domain: broker.settings.domain,
      mucDomain: broker.settings.mucDomain,
      openLink: (user, resource) =>
        memoryLink(broker, { user, resource, xml, backoff: { firstMs: 1 } }),
      restartServer() {
        broker.kill();
        return Promise.resolve();
      },
      [Symbol.asyncDispose]() {
        broker.stop();
        return Promise.resolve();
      },
    });
  });
}

const DOMAIN = "copilot.test";

function newBroker(clock: Clock = systemClock): Broker {
  return new Broker({ domain: DOMAIN, accounts: new Map([["alice", "secret"]]), clock });
}

/** A handler that notes statuses and passes stanzas on. */
function noting(onStanza: (stanza: XmlElement) => void = () => {}) {
  const statuses: LinkStatus[] = [];
  const handler: LinkHandler = { onStanza, onStatus: (status) => statuses.push(status) };
  return { statuses, handler };
}

Deno.test("memoryLink() checks a password that is given, and the domain", async () => {
  const broker = newBroker();
  const open = async (options: { password?: string; domain?: string }) => {
    await using link = memoryLink(broker, { user: "alice", ...options });
    return (await link.open(noting().handler)).bare;
  };
  assertEquals(await open({ password: "secret", domain: DOMAIN }), `alice@${DOMAIN}`);
  await assertRejects(() => open({ password: "wrong" }), LinkRefusedError, "not authorized");
  await assertRejects(() => open({ domain: "other.test" }), LinkRefusedError, "not served");
});

Deno.test("memoryLink() backs off, longer each time, when another takes over its full JID", async () => {
  const broker = newBroker();
  const clock = new VirtualClock();
  const options = { user: "alice", resource: "one", clock, random: seededRandom(1) };
  await using older = memoryLink(broker, options);
  await using newer = memoryLink(broker, options);
  const { statuses, handler } = noting();
  await older.open(handler);
  await newer.open(noting().handler);
  await clock.advance(600_000);
  const waits = statuses.flatMap((status) => status.type === "offline" ? [status.retryMs] : []);
  assert(waits.length > 2 && waits.length < 40, `${waits}`);
  assert((waits.at(-1) ?? 0) > 10_000, `${waits}`);
  assertEquals(broker.sessionCount, 1);
});

Deno.test("memoryLink() waits longer after each attempt while the server is down", async () => {
  const waits: number[] = [];
  const due: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    after(delayMs, callback) {
      waits.push(delayMs);
      due.push(callback);
      return { cancel() {} };
    },
  };
  const broker = newBroker(clock);
  broker.stop();
  const backoff = { firstMs: 100, maxMs: 300, jitter: 0 };
  await using link = memoryLink(broker, { user: "alice", clock, backoff });
  const { statuses, handler } = noting();
  const opened = link.open(handler);
  for (let attempt = 1; attempt <= 4; attempt++) {
    await Promise.resolve();
    if (attempt === 4) broker.start();
    due.pop()?.();
  }
  await opened;
  assertEquals(waits, [100, 200, 300, 300]);
  const attempts = statuses.flatMap((status) =>
    status.type === "connecting" ? [status.attempt] : []
  );
  assertEquals(attempts, [1, 2, 3, 4, 5]);
});

Deno.test("memoryLink() lets timers have their turn while two parties answer each other", async () => {
  const broker = newBroker();
  await using link = memoryLink(broker, { user: "alice", resource: "one" });
  const to = `alice@${DOMAIN}/one`;
  let count = 0;
  let over = false;
  const { handler } = noting((stanza) => {
    if (stanza.name !== "message" || over) return;
    count++;
    link.send(xml("message", { to }));
  });
  await link.open(handler);
  link.send(xml("message", { to }));
  await new Promise<void>((resolve) => systemClock.after(0, resolve));
  over = true;
  assert(count > 0);
});

Deno.test("memoryLink() with XML loses its session over what is no XML", async () => {
  const broker = newBroker();
  await using link = memoryLink(broker, { user: "alice", xml: true });
  const { statuses, handler } = noting();
  await link.open(handler);
  link.send(xml("message", { to: `alice@${DOMAIN}`, id: "\u0000" }));
  assertEquals([link.jid, broker.sessionCount], [undefined, 0]);
  await Promise.resolve();
  const last = statuses.at(-1);
  assert(last?.type === "offline" && last.reason === "not-well-formed");
});

Deno.test("memoryLink() opens once, and never after it was disposed of", async () => {
  const broker = newBroker();
  const link = memoryLink(broker, { user: "alice" });
  await link.open(noting().handler);
  assertThrows(() => link.open(noting().handler), TypeError);
  await link[Symbol.asyncDispose]();
  link.send(xml("message"));
  const unopened = memoryLink(broker, { user: "alice" });
  await unopened[Symbol.asyncDispose]();
  assertThrows(() => unopened.open(noting().handler), TypeError);
});
