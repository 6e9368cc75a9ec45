import { assertEquals } from "@std/assert";
import { SenderLimit } from "../../../lib/secure/sender_limit.ts";

Deno.test("SenderLimit lets a sender have something once in a while", () => {
  const limit = new SenderLimit({ pauseMs: 100 });
  assertEquals([0, 1, 99, 100, 150, 200].map((nowMs) => limit.take("a@b", nowMs)), [
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  assertEquals(limit.take("c@d", 201), true);
});

Deno.test("SenderLimit lets a sender have as much as it may in one go", () => {
  const limit = new SenderLimit({ pauseMs: 100, burst: 2 });
  assertEquals([0, 50, 60, 99, 100, 101, 102].map((nowMs) => limit.take("a@b", nowMs)), [
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
});

Deno.test("SenderLimit gives nothing more when there are too many to remember", () => {
  const limit = new SenderLimit({ pauseMs: 100, senderLimit: 2 });
  assertEquals(["a", "b", "c"].map((sender) => limit.take(sender, 0)), [true, true, false]);
  assertEquals(limit.take("c", 100), true);
});
