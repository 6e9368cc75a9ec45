/** Which form messages take, between containers and servers of both kinds. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createLogger, type MemorySink, memorySink } from "../../../lib/log.ts";
import { Container, type ContainerOptions } from "../../../lib/messaging/container.ts";
import type { Link } from "../../../lib/messaging/link.ts";
import { PeerForms } from "../../../lib/messaging/peer_forms.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker, type BrokerOptions, memoryLink } from "../../../sim/xmpp/mod.ts";

/** A container that echoes nothing and notes what it is told. */
class Party implements AsyncDisposable {
  readonly heard: string[] = [];
  readonly wire: XmlElement[] = [];
  readonly sink: MemorySink = memorySink();
  readonly container: Container;

  constructor(link: Link, clock: VirtualClock, envelope: ContainerOptions["envelope"]) {
    const send = link.send.bind(link);
    link.send = (stanza) => {
      this.wire.push(stanza);
      send(stanza);
    };
    this.container = new Container({
      link,
      envelope,
      log: createLogger({ sinks: [this.sink] }),
      component: {
        handle: (command, sender) => {
          this.heard.push(`${command.command} of ${sender.jid.local}`);
          return [];
        },
      },
      clock,
      random: seededRandom(7),
    });
  }

  /** Forms of the commands and acknowledgements sent. */
  get forms(): string[] {
    return this.wire.filter(({ name }) => name === "message").map((stanza) => decodeMessage(stanza))
      .flatMap((message) =>
        message.kind === "command" || message.kind === "ack"
          ? [`${message.kind} ${message.form}`]
          : []
      );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.container[Symbol.asyncDispose]();
  }
}

function site(options: Partial<BrokerOptions> = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(3);
  const broker = new Broker({ domain: "site.test", autoRegister: true, clock, random, ...options });
  const party = (user: string, envelope: ContainerOptions["envelope"]) =>
    new Party(memoryLink(broker, { user, resource: user, clock, random }), clock, envelope);
  return { clock, broker, party };
}

async function talk(
  options: Partial<BrokerOptions>,
  one: ContainerOptions["envelope"],
  other: ContainerOptions["envelope"],
) {
  const { clock, party } = site(options);
  await using alice = party("alice", one);
  await using bob = party("bob", other);
  await Promise.all([alice.container.start(), bob.container.start()]);
  const outcome = alice.container.post("bob@site.test", { command: "sleep" });
  await clock.advance(5000);
  const settled = await Promise.race([outcome, Promise.resolve("pending")]);
  return { alice, bob, settled };
}

Deno.test("Container uses the original form where the server keeps it, and says so once", async () => {
  const { alice, bob, settled } = await talk({}, "auto", "auto");
  assertEquals(settled, "acked");
  assertEquals(bob.heard, ["sleep of alice"]);
  assertEquals(alice.forms, ["command original"]);
  assertEquals(bob.forms, ["ack original"]);
  const said = alice.sink.records.map(({ message }) => message).filter((text) =>
    text.includes("form")
  );
  assertEquals(said, ["Messages go out in the original form: the server keeps it"]);
});

Deno.test("Container uses the namespaced form where the server empties the original one", async () => {
  const { alice, bob, settled } = await talk({ passes: "known" }, "auto", "auto");
  assertEquals(settled, "acked");
  assertEquals(bob.heard, ["sleep of alice"]);
  assertEquals(alice.forms, ["command namespaced"]);
  assertEquals(bob.forms, ["ack namespaced"]);
  assertStringIncludes(alice.sink.records.map(({ message }) => message).join(), "namespaced form");
});

Deno.test("Container of the original form alone is not understood through such a server", async () => {
  const { bob, settled } = await talk({ passes: "known" }, "original", "auto");
  assertEquals(settled, "pending");
  assertEquals(bob.heard, []);
});

Deno.test("Container answers each peer in the form it speaks, on a mixed site", async () => {
  const { alice, bob, settled } = await talk({}, "namespaced", "original");
  assertEquals(settled, "acked");
  assertEquals(alice.forms, ["command namespaced"]);
  assertEquals(bob.forms, ["ack namespaced"]);
});

Deno.test("Container holds commands until the server has answered, two seconds at most", async () => {
  const { clock, broker, party } = site();
  // A server that passes no message to the sender's own session.
  const receive = broker.receive.bind(broker);
  broker.receive = (session, stanza) => {
    if (stanza.attrs["to"] !== session.full) receive(session, stanza);
  };
  await using alice = party("alice", "auto");
  await using bob = party("bob", "original");
  await Promise.all([alice.container.start(), bob.container.start()]);
  void alice.container.post("bob@site.test", { command: "sleep" });
  void alice.container.post("bob@site.test", { command: "pong" }, { noack: true });
  await clock.advance(1900);
  assertEquals(bob.heard, []);
  await clock.advance(200);
  assertEquals(bob.heard.toSorted(), ["pong of alice", "sleep of alice"]);
  assertStringIncludes(
    alice.sink.records.map(({ message }) => message).join(),
    "original form: the server did not return the probe",
  );
});

Deno.test("Container finds the right form after all when its probe was lost", async () => {
  const { clock, broker, party } = site({ passes: "known" });
  const receive = broker.receive.bind(broker);
  let lost = 0;
  broker.receive = (session, stanza) => {
    if (stanza.attrs["to"] !== session.full || ++lost > 1) receive(session, stanza);
  };
  await using alice = party("alice", "auto");
  await using bob = party("bob", "namespaced");
  await Promise.all([alice.container.start(), bob.container.start()]);
  const outcome = alice.container.post("bob@site.test", { command: "sleep" });
  await clock.advance(3000);
  // Its first form is the wrong one; the next probe says so, and the command goes out again at once.
  assertEquals(await outcome, "acked");
  assertEquals([alice.forms, bob.heard], [
    ["command original", "command namespaced"],
    ["sleep of alice"],
  ]);
});

Deno.test("Container asks a server that never answers a dozen times, not for ever", async () => {
  const { clock, broker, party } = site();
  broker.receive = () => {};
  await using alice = party("alice", "auto");
  await alice.container.start();
  await clock.advance(86_400_000);
  assertEquals(
    alice.wire.filter(({ attrs }) => attrs["to"] === "alice@site.test/alice").length,
    12,
  );
});

Deno.test("Container asks anew after each reconnect", async () => {
  const { clock, broker, party } = site();
  await using alice = party("alice", "auto");
  await alice.container.start();
  await clock.advance(10);
  broker.kill();
  await clock.advance(120_000);
  assertEquals(alice.wire.filter(({ attrs }) => attrs["to"] === "alice@site.test/alice").length, 2);
});

Deno.test("PeerForms remembers exceptions only, and a bounded number of them", () => {
  const forms = new PeerForms(2);
  forms.learn("a@site/1", "original");
  assertEquals(forms.of("a@site/1"), "original");
  for (const jid of ["a@site/1", "b@site/1", "c@site/1"]) forms.learn(jid, "namespaced");
  assertEquals(["a@site/1", "b@site/1", "c@site/1"].map((jid) => forms.of(jid)), [
    "original",
    "namespaced",
    "namespaced",
  ]);
  forms.learn("b@site/1", "original");
  assertEquals(forms.of("b@site/1"), "original");
  forms.usual = "namespaced";
  assertEquals(forms.of("new@site/1"), "namespaced");
});
