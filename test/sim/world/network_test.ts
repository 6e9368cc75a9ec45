import { assertEquals } from "@std/assert";
import type { Link, LinkHandler } from "../../../lib/messaging/link.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { Broker, memoryLink } from "../../../sim/xmpp/mod.ts";
import { Fate } from "../../../sim/world/fate.ts";
import { CALM, type Faults } from "../../../sim/world/faults.ts";
import { Life } from "../../../sim/world/life.ts";
import { Network } from "../../../sim/world/network.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

/** Two processes on one network. */
class Scene {
  readonly clock = new VirtualClock();
  readonly broker = new Broker({ domain: "world", autoRegister: true, clock: this.clock });
  readonly network: Network;
  readonly got: string[] = [];
  /** What bob's process sees of its link. */
  readonly statuses: string[] = [];
  readonly alice: Link;
  readonly bob: Link;

  constructor(faults: Partial<Faults>) {
    const watcher = { sent() {}, received() {}, online() {} };
    this.network = new Network({ clock: this.clock, faults: { ...CALM, ...faults }, watcher });
    this.alice = this.#join("alice", { onStanza() {}, onStatus() {} });
    const onStanza = ({ name, attrs }: XmlElement) => {
      if (name === "message") this.got.push(attrs["id"] ?? "");
    };
    const onStatus: LinkHandler["onStatus"] = (status) => {
      const isResumed = status.type === "online" && status.resumed === true;
      this.statuses.push(isResumed ? "online resumed" : status.type);
    };
    this.bob = this.#join("bob", { onStanza, onStatus });
  }

  sessionOf(user: string) {
    const session = this.broker.session(`${user}@world/r`);
    if (session === undefined) throw new Error(`${user} has no session`);
    return session;
  }

  async say(...ids: readonly string[]): Promise<void> {
    for (const id of ids) this.alice.send(xml("message", { to: "bob@world", id }));
    await this.clock.advance(0);
  }

  #join(user: string, handler: LinkHandler): Link {
    const { broker, clock } = this;
    const life = new Life(user, clock);
    const link = memoryLink(broker, { user, resource: "r", clock });
    const attached = this.network.attach(link, life, new Fate(1).dice(user));
    void attached.open(handler);
    return attached;
  }
}

async function sceneWith(faults: Partial<Faults>): Promise<Scene> {
  const scene = new Scene(faults);
  await scene.clock.advance(0);
  return scene;
}

Deno.test("a calm network delivers at once and in order", async () => {
  const scene = await sceneWith({});
  await scene.say("1", "2", "3");
  assertEquals(scene.got, ["1", "2", "3"]);
});

Deno.test("a network loses, doubles and delays", async () => {
  const lossy = await sceneWith({ lost: 1 });
  await lossy.say("1");
  await lossy.clock.advance(1000);
  assertEquals(lossy.got, []);
  const echoing = await sceneWith({ doubled: 1, lateMs: 1000 });
  await echoing.say("1");
  assertEquals([echoing.got, echoing.network.inFlight], [["1"], 1]);
  await echoing.clock.advance(1001);
  assertEquals([echoing.got, echoing.network.inFlight], [["1", "1"], 0]);
  const slow = await sceneWith({ late: 1, lateMs: 1000 });
  await slow.say("1");
  assertEquals(slow.got, []);
  await slow.clock.advance(1000);
  assertEquals(slow.got, ["1"]);
});

Deno.test("a partition lets nothing pass, and does not show", async () => {
  const scene = await sceneWith({ partitionShare: 1 });
  scene.network.part("p");
  await scene.say("1");
  scene.network.heal("p");
  await scene.say("2");
  assertEquals([scene.got, scene.alice.jid?.full], [["2"], "alice@world/r"]);
});

Deno.test("a server that resumes its sessions holds everything and loses nothing", async () => {
  const scene = await sceneWith({});
  scene.network.hold(scene.clock.now() + 5000);
  await scene.say("1", "2");
  assertEquals(scene.got, []);
  await scene.clock.advance(5000);
  assertEquals(scene.got, ["1", "2"]);
});

Deno.test("processes see a connection that breaks and a session that is resumed, then what came meanwhile", async () => {
  const scene = await sceneWith({});
  const { full } = scene.bob.jid ?? {};
  scene.network.hold(scene.clock.now() + 5000);
  assertEquals([scene.alice.jid, scene.bob.jid], [undefined, undefined]);
  // The server itself passes it on; it waits for the receiver's connection.
  scene.broker.receive(scene.sessionOf("alice"), xml("message", { to: "bob@world", id: "1" }));
  await scene.clock.advance(4000);
  assertEquals([scene.got, scene.statuses.slice(-1)], [[], ["offline"]]);
  await scene.clock.advance(1000);
  assertEquals([scene.got, scene.statuses.slice(-1)], [["1"], ["online resumed"]]);
  assertEquals(scene.bob.jid?.full, full);
});

Deno.test("a session that is lost while it waits to be resumed is not resumed", async () => {
  const scene = await sceneWith({});
  scene.network.hold(scene.clock.now() + 5000);
  scene.broker.kill();
  await scene.clock.advance(120_000);
  assertEquals(scene.statuses.includes("online resumed"), false);
  assertEquals(scene.statuses.slice(-1), ["online"]);
});

Deno.test("what is on its way is lost with the session", async () => {
  const scene = await sceneWith({ late: 1, lateMs: 10_000 });
  await scene.say("1");
  scene.broker.kill();
  await scene.clock.advance(60_000);
  assertEquals([scene.got, scene.network.inFlight], [[], 0]);
});
