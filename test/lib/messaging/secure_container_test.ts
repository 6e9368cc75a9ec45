/** Containers that speak over a server in memory, guarded in each of the two modes. */
import { assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { type Component, Container } from "../../../lib/messaging/container.ts";
import {
  guardedLink,
  type GuardPort,
  type MessageGuard,
} from "../../../lib/messaging/message_guard.ts";
import { SealedGuard } from "../../../lib/messaging/sealed_guard.ts";
import { SecureConsumer } from "../../../lib/messaging/secure_consumer.ts";
import { SecureProvider } from "../../../lib/messaging/secure_provider.ts";
import type { Command } from "../../../lib/protocol/commands.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { seededRandom } from "../../../lib/random.ts";
import { PeerKeys } from "../../../lib/secure/peer_keys.ts";
import { issueTicket } from "../../../lib/secure/ticket.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { Broker, memoryLink } from "../../../sim/xmpp/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { privateKeyOf, vectors } from "../secure/_vectors.ts";

const kmKey = privateKeyOf(vectors.ticket.km_private_key_pkcs1_der_base64);
const jmKey = privateKeyOf(vectors.message_vectors[2]?.private_key_pkcs1_der_base64 ?? "");
const WANT: Command = { command: "want_getJob", agentHost: "vm", jdl: "[\n]\n" };

/** Answers a request for a ticket, as the key manager's role does. */
function ticketOffice(clock: VirtualClock): Component {
  return {
    handle(command, sender) {
      if (command.command !== "getTicket") return [];
      const validFrom = Math.floor(clock.now() / 1000);
      const ticket = issueTicket(
        { component: "*", validFrom, validTo: validFrom + 3600, holder: sender.jid.full },
        kmKey,
      );
      return [{ command: { command: "storeTicket", ticket } }];
    },
  };
}

/** Writes down what comes, and answers want_getJob. */
function recorder(got: string[]): Component {
  return {
    handle(command, sender) {
      got.push(`${command.command} of ${sender.jid.local}`);
      return command.command === "want_getJob" ? [{ command: { command: "have_getJob" } }] : [];
    },
  };
}

/** A site in memory; `passes: "known"` makes its server empty bodies as a modern ejabberd does. */
function site(passes: "everything" | "known") {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const broker = new Broker({ domain: "copilot.test", autoRegister: true, passes, clock, random });
  const log = createLogger({ sinks: [memorySink()], clock });
  const common = { clock, random, log };
  const host = async (
    user: string,
    component: Component,
    guardFor: (port: GuardPort) => MessageGuard,
  ): Promise<Container> => {
    const link = memoryLink(broker, { user, xml: true, clock, random });
    const container = new Container({
      ...common,
      component,
      link: guardedLink(link, guardFor),
      envelope: "auto",
    });
    const started = container.start();
    await clock.advance(100);
    await started;
    await clock.advance(3000);
    return container;
  };
  return { clock, common, host };
}

for (const passes of ["everything", "known"] as const) {
  Deno.test(`secure mode works from ticket to answer on a server that passes ${passes}`, async () => {
    const { clock, common, host } = site(passes);
    const got: string[] = [];
    await using _km = await host("km", ticketOffice(clock), (port) =>
      new SecureProvider(port, {
        ...common,
        own: kmKey,
        keyManager: kmKey.publicKey,
        givesTickets: true,
      }));
    await using _jm = await host(
      "jm",
      recorder(got),
      (port) => new SecureProvider(port, { ...common, own: jmKey, keyManager: kmKey.publicKey }),
    );
    const keys = new Map([["km@copilot.test", kmKey.publicKey], [
      "jm@copilot.test",
      jmKey.publicKey,
    ]]);
    await using agent = await host(
      "agent",
      recorder(got),
      (port) =>
        new SecureConsumer(port, { ...common, keys, keyManager: Jid.parse("km@copilot.test") }),
    );
    const outcome = agent.post("jm@copilot.test", WANT);
    await clock.advance(30_000);
    assertEquals(await outcome, "acked");
    assertEquals(got, ["want_getJob of agent", "have_getJob of jm"]);
  });

  Deno.test(`sealed mode works from request to answer on a server that passes ${passes}`, async () => {
    const { clock, common, host } = site(passes);
    const got: string[] = [];
    const [agentKey, jmSealed] = [
      generateX25519Key(common.random),
      generateX25519Key(common.random),
    ];
    const peers = () =>
      new PeerKeys([
        { jid: "agent@copilot.test", key: agentKey.publicKey },
        { jid: "jm@copilot.test", key: jmSealed.publicKey },
      ]);
    await using _jm = await host(
      "jm",
      recorder(got),
      (port) => new SealedGuard(port, { ...common, own: jmSealed, peers: peers() }),
    );
    await using agent = await host(
      "agent",
      recorder(got),
      (port) => new SealedGuard(port, { ...common, own: agentKey, peers: peers() }),
    );
    const outcome = agent.post("jm@copilot.test", WANT);
    await clock.advance(30_000);
    assertEquals(await outcome, "acked");
    assertEquals(got, ["want_getJob of agent", "have_getJob of jm"]);
  });
}

Deno.test("two providers that refuse each other fall silent", async () => {
  const { clock, common, host } = site("everything");
  const got: string[] = [];
  const provider = (own: typeof jmKey) => (port: GuardPort) =>
    new SecureProvider(port, { ...common, own, keyManager: kmKey.publicKey });
  await using jm = await host("jm", recorder(got), provider(jmKey));
  await using km = await host("km", recorder(got), provider(kmKey));
  const outcome = jm.post("km@copilot.test", WANT, { attempts: 2 });
  await clock.advance(600_000);
  assertEquals(await outcome, "given-up");
  assertEquals([got, km.pending, jm.pending], [[], 0, 0]);
});
