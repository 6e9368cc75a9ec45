import { assertEquals, assertRejects } from "@std/assert";
import { Mailbox } from "../../../roles/agent/mailbox.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

const SLEEP = { command: { command: "sleep" }, from: "jm@site/one" } as const;

function setup() {
  const clock = new VirtualClock();
  return { clock, mailbox: new Mailbox(clock), signal: new AbortController().signal };
}

Deno.test("Mailbox gives the first letter that is wanted, and takes no other", async () => {
  const { mailbox, signal } = setup();
  assertEquals(mailbox.bring(SLEEP), false);
  const letter = mailbox.wait(["have_getJob", "sleep"], 1000, signal);
  assertEquals(mailbox.bring({ command: { command: "pong" }, from: "x@y" }), false);
  assertEquals(mailbox.bring(SLEEP), true);
  assertEquals(mailbox.bring(SLEEP), false);
  assertEquals(await letter, SLEEP);
});

Deno.test("Mailbox gives up in time, and waits for nothing afterwards", async () => {
  const { clock, mailbox, signal } = setup();
  const letter = mailbox.wait(["sleep"], 1000, signal);
  await clock.advance(1000);
  assertEquals(await letter, undefined);
  assertEquals(mailbox.bring(SLEEP), false);
});

Deno.test("Mailbox ends a wait with its signal, before or during it", async () => {
  const { clock, mailbox } = setup();
  const controller = new AbortController();
  const letter = mailbox.wait(["sleep"], 1000, controller.signal);
  controller.abort(new Error("Enough"));
  await assertRejects(() => letter, Error, "Enough");
  assertEquals([clock.nextMs, mailbox.bring(SLEEP)], [undefined, false]);
  await assertRejects(
    () => Promise.try(() => mailbox.wait(["sleep"], 1000, controller.signal)),
    Error,
    "Enough",
  );
});
