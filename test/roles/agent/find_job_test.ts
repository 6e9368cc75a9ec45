/** How an agent asks for a job. The managers are moved by hand. */
import { assertEquals, assertMatch } from "@std/assert";
import { formatHostJdl } from "../../../lib/protocol/jdl.ts";
import { giveJob, runJob } from "../_dialogue.ts";
import { type AgentSetup, modelHost, Site } from "../_site.ts";
import type { Hand } from "../_hand.ts";

/** An agent and the manager that it asks. */
async function withAgent(
  setup: AgentSetup,
  test: (site: Site, manager: Hand, agent: ReturnType<Site["agent"]>) => Promise<void>,
): Promise<void> {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const agent = site.agent(setup);
  await site.pass(0);
  await test(site, manager, agent);
}

Deno.test("Agent asks with its machine's JDL and says what it is", () =>
  withAgent({}, (_site, manager) => {
    const { command, from } = manager.last("want_getJob");
    const jdl = formatHostJdl({
      hostName: "vm.localhost",
      version: "0",
      platform: "Linux-x86_64",
      kernelRelease: "6.18.44",
      localDiskKiB: 82256632,
      memoryMiB: 24105,
      freeMemoryMiB: 23365,
      swapMiB: 0,
      freeSwapMiB: 0,
    });
    assertEquals(command.jdl, jdl);
    assertMatch(jdl, /^\[\n(?:\w+=[^\n]+;\n)+\]\n$/);
    assertEquals(jdl.includes("Swap"), false);
    assertEquals(command.agentHost, "vm.localhost");
    assertMatch(command.agentSoftware ?? "", /^copilot-deno\//);
    assertMatch(command.agentSession ?? "", /^[0-9a-f-]{36}$/);
    assertMatch(from, /^agent@localhost\/a\d+$/);
    return Promise.resolve();
  }));

Deno.test("Agent asks again after 60, 120, 240 … seconds, at most an hour", () =>
  withAgent({}, async (site) => {
    await site.pass(6 * 3600);
    const times = site.wire.all("want_getJob").map(({ atMs }) => atMs / 1000);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assertEquals(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]);
  }));

Deno.test("Agent has one unacknowledged want_getJob at a time", () =>
  withAgent({}, async (site, manager) => {
    manager.acknowledges = false;
    await site.pass(3 * 3600);
    const times = site.wire.all("want_getJob").map(({ atMs }) => atMs);
    const ids = new Set(site.wire.all("want_getJob").map(({ stanza }) => stanza.attrs["id"]));
    assertEquals(ids.size, times.length);
    assertEquals(times.every((time, index) => time - (times[index - 1] ?? 0) >= 20_000), true);
  }));

Deno.test("Agent goes on asking when its manager comes and goes", async () => {
  await using site = new Site();
  site.agent();
  await site.pass(600);
  const manager = site.hand("jobmanager", "late");
  await site.pass(1000);
  assertEquals(manager.count("want_getJob") >= 1, true);
});

Deno.test("Agent takes the job of the first manager that offers one", async () => {
  await using site = new Site();
  const first = site.hand("jobmanager", "one");
  const second = site.hand("jobmanager", "two");
  site.agent();
  await site.pass(0);
  assertEquals([first.count("want_getJob"), second.count("want_getJob")], [1, 1]);
  second.say(second.last("want_getJob").from, { command: "have_getJob" });
  first.say(first.last("want_getJob").from, { command: "have_getJob" });
  await site.pass(1);
  assertEquals([first.count("getJob"), second.count("getJob")], [0, 1]);
  assertEquals(first.acks.length, 1);
});

Deno.test("Agent takes the job when the file that the manager requires is there", () =>
  withAgent({ files: ["/cvmfs/alice"] }, async (site, manager) => {
    const requireFile = "/cvmfs/alice";
    manager.say(manager.last("want_getJob").from, { command: "have_getJob", requireFile });
    await site.pass(0);
    assertEquals(manager.count("getJob"), 1);
  }));

Deno.test("Agent never takes a job whose required file is missing, and never stops asking", () =>
  withAgent({}, async (site, manager) => {
    for (let round = 0; round < 8; round++) {
      const { from } = manager.last("want_getJob");
      manager.say(from, { command: "have_getJob", requireFile: "/cvmfs/alice" });
      await site.pass(7200);
    }
    assertEquals(manager.count("getJob"), 0);
    assertEquals(manager.count("want_getJob") > 12, true);
  }));

Deno.test("Agent takes an offer that follows one with a missing file, an error or a sleep", async () => {
  const unsuitable = [
    { command: "have_getJob", requireFile: "/cvmfs/alice" },
    { command: "error", errorString: "No jobs for you" },
    { command: "sleep" },
  ] as const;
  for (const command of unsuitable) {
    await withAgent({}, async (site, manager) => {
      const { from } = manager.last("want_getJob");
      manager.say(from, command);
      await site.pass(1);
      assertEquals(manager.count("getJob"), 0);
      manager.say(from, { command: "have_getJob" });
      await site.pass(1);
      assertEquals(manager.count("getJob"), 1, command.command);
    });
  }
});

Deno.test("Agent takes a missing file for granted when it cannot look for it", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const host = modelHost();
  const exists = () => Promise.reject(new Deno.errors.PermissionDenied("No way"));
  site.agent({ host: { ...host, exists } });
  await site.pass(0);
  const { from } = manager.last("want_getJob");
  manager.say(from, { command: "have_getJob", requireFile: "/root/x" });
  await site.pass(61);
  assertEquals([manager.count("getJob"), manager.count("want_getJob")], [0, 2]);
});

Deno.test("Agent survives a machine that cannot be read for a while", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const host = modelHost();
  let failures = 2;
  const memory = () => failures-- > 0 ? Promise.reject(new Error("No /proc")) : host.memory();
  const agent = site.agent({ host: { ...host, memory } });
  await site.pass(0);
  assertEquals(manager.count("want_getJob"), 0);
  await site.pass(60 + 120);
  assertEquals(manager.count("want_getJob"), 1);
  assertEquals(agent.log.records.filter(({ level }) => level === "error").length, 2);
});

Deno.test("Agent asks again at once when the job that was offered does not come in 60 seconds", () =>
  withAgent({}, async (site, manager) => {
    manager.say(manager.last("want_getJob").from, { command: "have_getJob" });
    await site.pass(59);
    assertEquals([manager.count("getJob"), manager.count("want_getJob")], [1, 1]);
    await site.pass(2);
    assertEquals(manager.count("want_getJob"), 2);
  }));

Deno.test("Agent does not repeat getJob when it no longer waits for the job", () =>
  withAgent({}, async (site, manager) => {
    manager.acknowledges = false;
    manager.say(manager.last("want_getJob").from, { command: "have_getJob" });
    await site.pass(3600);
    const times = site.wire.all("getJob").map(({ atMs }) => atMs);
    assertEquals(times.length, 2);
    assertEquals((times.at(-1) ?? 0) - (times[0] ?? 0) < 60_000, true);
  }));

Deno.test("Agent leaves a job alone that was meant for another session of its account", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const gone = site.hand("agent", "gone");
  site.agent();
  await site.pass(0);
  const { jid } = gone;
  await gone.leave();
  await site.makeInput("one.input");
  const id = manager.say(jid, runJob("one"));
  await site.pass(5);
  assertEquals(manager.acks.includes(id), false);
  assertEquals(manager.count("want_getJobOutputDir"), 0);
});

Deno.test("Agent does not acknowledge a job that comes while it has one", () =>
  withAgent({ job: { durationMs: 10_000 } }, async (site, manager) => {
    await giveJob(site, manager, runJob("one"));
    const { from } = manager.last("getJob");
    const second = manager.say(from, runJob("two"));
    const otherLease = manager.say(from, runJob("one", "token=2####"));
    await site.pass(5);
    assertEquals(manager.acks.includes(second), false);
    assertEquals(manager.acks.includes(otherLease), false);
  }));

Deno.test("Agent acknowledges the job that it is at already", () =>
  withAgent({ job: { durationMs: 10_000 } }, async (site, manager, agent) => {
    await giveJob(site, manager, runJob("one"));
    const again = manager.say(manager.last("getJob").from, runJob("one"));
    await site.pass(5);
    assertEquals(manager.acks.includes(again), true);
    assertEquals(
      agent.log.records.filter(({ message }) => message.startsWith("Got job")).length,
      1,
    );
  }));

Deno.test("Agent sleeps when told, for 20 minutes at most", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    await using site = new Site({ seed });
    const manager = site.hand("jobmanager", "one");
    site.agent();
    await site.pass(0);
    manager.say(manager.last("want_getJob").from, { command: "sleep" });
    await site.pass(59);
    assertEquals(manager.count("want_getJob"), 1);
    await site.pass(1200 - 59 + 1);
    assertEquals(manager.count("want_getJob") >= 2, true);
  }
});

Deno.test("Agent does not sleep while it holds an offer", () =>
  withAgent({}, async (site, manager) => {
    await site.makeInput("one.input");
    const { from } = manager.last("want_getJob");
    manager.say(from, { command: "have_getJob" });
    manager.say(from, { command: "sleep" });
    await site.pass(1);
    manager.say(from, runJob("one"));
    await site.pass(2);
    assertEquals(manager.count("want_getJobOutputDir"), 1);
  }));

Deno.test("Agent goes on after an error", () =>
  withAgent({}, async (site, manager, agent) => {
    manager.say(manager.last("want_getJob").from, {
      command: "error",
      errorString: "Bad\r\nJDL",
    });
    await site.pass(61);
    assertEquals(manager.count("want_getJob"), 2);
    assertEquals(agent.log.records.some(({ message }) => message.includes("Bad")), true);
  }));

Deno.test("Agent answers pings in its room and directly, and wants no acknowledgement", () =>
  withAgent({ room: "lounge@conference.localhost" }, async (site, manager) => {
    const { from } = manager.last("want_getJob");
    manager.say(from, { command: "Heartbeat:ping" });
    await site.pass(0);
    assertEquals([manager.count("pong"), manager.last("pong").noack], [1, true]);
    manager.send({
      name: "presence",
      attrs: { to: "lounge@conference.localhost/boss" },
      children: [{
        name: "x",
        attrs: { xmlns: "http://jabber.org/protocol/muc" },
        children: [],
      }],
    });
    await site.pass(0);
    const ping = { command: "Heartbeat:ping" } as const;
    manager.say("lounge@conference.localhost", ping, { groupchat: true });
    await site.pass(0);
    assertEquals([manager.count("pong"), manager.last("pong").noack], [2, true]);
    assertMatch(manager.last("pong").from, /^lounge@conference.localhost\/[0-9a-f-]{36}$/);
  }));

Deno.test("Agent stops although its server was never reached", async () => {
  await using site = new Site();
  site.broker.stop();
  const agent = site.agent();
  await site.pass(10);
  await agent.stop();
  assertEquals(agent.log.records.at(-1)?.message, "Stopped");
});

Deno.test("Agent ends with an error when its link is closed for good", async () => {
  await using site = new Site();
  const agent = site.agent();
  await site.pass(1);
  site.closeAccounts();
  await site.pass(10);
  const ended = await agent.running.then(() => "quietly", ({ name }) => name);
  assertEquals(ended, "LinkRefusedError");
});
