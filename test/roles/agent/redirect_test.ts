/** Whom an agent obeys, and where it lets itself be sent (report 2.2.4). */
import { assertEquals } from "@std/assert";
import { formatCommand } from "../../../lib/protocol/command_codec.ts";
import type { Redirect } from "../../../lib/protocol/commands.ts";
import { runJob } from "../_dialogue.ts";
import { Site } from "../_site.ts";

const GRID = "gridmanager@localhost";

function redirect(referral: string): Redirect {
  const command = { command: "getJob", agentHost: "vm", jdl: "[\n]\n" } as const;
  return { command: "redirect", referral, info: formatCommand(command) };
}

Deno.test("Agent sends what a redirect conveys to the referral, and obeys it from then on", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const grid = site.hand("gridmanager", "grid");
  site.agent();
  await site.pass(0);
  const { from } = manager.last("want_getJob");
  grid.say(from, runJob("one"));
  await site.pass(1);
  assertEquals(grid.count("want_getJobOutputDir"), 0);
  manager.say(from, redirect(GRID));
  await site.pass(1);
  assertEquals(grid.count("getJob"), 1);
  await site.makeInput("two.input");
  grid.say(from, runJob("two"));
  await site.pass(2);
  assertEquals(manager.last("want_getJobOutputDir").command.jobID, "two");
});

Deno.test("Agent follows a redirect that comes before the acknowledgement", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  manager.acknowledges = false;
  const grid = site.hand("gridmanager", "grid");
  site.agent();
  await site.pass(0);
  const request = manager.last("want_getJob");
  manager.say(request.from, redirect(GRID));
  await site.pass(1);
  manager.acknowledge(request);
  await site.pass(1);
  assertEquals(grid.count("getJob"), 1);
});

Deno.test("Agent follows a redirect once, however often it comes", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const grid = site.hand("gridmanager", "grid");
  site.agent();
  await site.pass(0);
  const { from } = manager.last("want_getJob");
  for (let copy = 0; copy < 3; copy++) manager.say(from, redirect(GRID), { id: "same" });
  await site.pass(1);
  assertEquals(grid.count("getJob"), 1);
});

Deno.test("Agent is not sent on by strangers, nor given jobs", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const stranger = site.hand("stranger", "x");
  const grid = site.hand("gridmanager", "grid");
  const agent = site.agent();
  await site.pass(0);
  const { from } = manager.last("want_getJob");
  stranger.say(from, redirect(GRID));
  stranger.say(from, runJob("one"));
  stranger.say(from, { command: "have_getJob" });
  stranger.say(from, { command: "error", errorString: "Stop" });
  await site.pass(10);
  assertEquals([grid.count("getJob"), stranger.count("getJob")], [0, 0]);
  const warnings = agent.log.records.filter(({ level }) => level === "warning");
  assertEquals(warnings.length, 4);
});

Deno.test("Agent trusts the accounts and domains that it is told of", async () => {
  for (const trusted of ["gridmanager@localhost", "localhost"]) {
    await using site = new Site();
    const manager = site.hand("jobmanager", "one");
    const grid = site.hand("gridmanager", "grid");
    site.agent({ trusted: [trusted] });
    await site.pass(0);
    grid.say(manager.last("want_getJob").from, { command: "have_getJob" });
    await site.pass(1);
    assertEquals(grid.count("getJob"), 1);
  }
});

Deno.test("Agent bears a redirect to nowhere", async () => {
  for (const referral of ["", "@", "a b@c", "nobody@localhost/x", "elsewhere.org"]) {
    await using site = new Site();
    const manager = site.hand("jobmanager", "one");
    site.agent();
    await site.pass(0);
    manager.say(manager.last("want_getJob").from, redirect(referral));
    await site.pass(61);
    assertEquals(manager.count("want_getJob"), 2, referral);
  }
});
