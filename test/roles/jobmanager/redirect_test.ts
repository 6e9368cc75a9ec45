/** A manager in front that sends agents with their output to another one (report 2.2.4). */
import { assertEquals } from "@std/assert";
import { parseCommand } from "../../../lib/protocol/command_codec.ts";
import { MANAGER, Site } from "../_site.ts";

const STORAGE = "storage@localhost";

Deno.test("JobManager redirects what is about output, whole, after its acknowledgement", async () => {
  await using site = new Site();
  site.manager({ redirectStorageTo: STORAGE });
  await site.pass(0);
  const agent = site.hand("agent", "a1");
  await site.pass(0);
  const done = {
    command: "jobDone",
    jobID: "one",
    state: "ready",
    exitCode: "0",
    agentHost: "vm",
    jmJobData: "startedAt=1####",
  } as const;
  const id = agent.say(MANAGER, done);
  await site.pass(0);
  assertEquals(agent.acks, [id]);
  const { command } = agent.last("redirect");
  assertEquals(command.referral, STORAGE);
  assertEquals(parseCommand(command.info), done);
});

Deno.test("JobManager with redirected storage takes back a job itself", async () => {
  await using site = new Site();
  site.manager({ redirectStorageTo: STORAGE });
  await site.pass(0);
  const agent = site.hand("agent", "a1");
  await site.pass(0);
  await site.submit("one");
  agent.say(MANAGER, { command: "getJob", agentHost: "vm", jdl: "[\n]\n", agentSession: "s1" });
  await site.pass(0);
  const { jmJobData } = agent.last("runJob").command;
  agent.say(MANAGER, {
    command: "jobDone",
    jobID: "one",
    state: "returned",
    exitCode: "65280",
    agentHost: "vm",
    ...(jmJobData === undefined ? {} : { jmJobData }),
  });
  await site.pass(0);
  assertEquals(agent.count("redirect"), 0);
  assertEquals((await site.job("one")).state, "waiting");
});

Deno.test("a job goes through a manager in front and one that stores", async () => {
  await using site = new Site();
  site.manager({ redirectStorageTo: STORAGE });
  const storage = site.manager({ user: "storage" });
  await site.pass(1);
  site.agent();
  await site.submit("one");
  await site.pass(200);
  assertEquals((await site.job("one")).state, "succeeded");
  assertEquals(
    storage.log.records.some(({ message }) => message.includes("Job one succeeded")),
    true,
  );
});
