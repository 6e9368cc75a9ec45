import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { batched, pipelined } from "../../../lib/chirp/pipeline.ts";
import { dialChirp } from "../../../lib/chirp/connection.ts";
import { type PeerScript, startPeer } from "./_scripted_peer.ts";
import { TestClock } from "./_test_clock.ts";

Deno.test("batched() keeps order and limits, but for a single large item", () => {
  const sizes = fc.array(fc.nat({ max: 30 }));
  fc.assert(fc.property(sizes, (items) => {
    const batches = [...batched(items, (size) => size, { items: 4, bytes: 20 })];
    assertEquals(batches.flat(), items);
    for (const batch of batches) {
      const bytes = batch.reduce((sum, size) => sum + size, 0);
      assertEquals(batch.length >= 1 && batch.length <= 4, true);
      assertEquals(bytes <= 20 || batch.length === 1, true);
    }
  }));
});

Deno.test("pipelined() sends many requests ahead and reads the answers in order", async () => {
  const items = Array.from({ length: 200 }, (_, index) => index);
  // A window holds 32 of these lines: the peer answers none before it has read them all.
  const patient: PeerScript = async (peer) => {
    for (let next = 0; next < items.length; next += 32) {
      const window = items.slice(next, next + 32);
      for (const item of window) assertEquals(await peer.readLine(), lineOf(item));
      await peer.reply(window.map((item) => `${item}\n`).join(""));
    }
    await peer.readLine();
  };
  await using peer = startPeer(patient);
  using connection = await dialChirp({
    host: peer.host,
    port: peer.port,
    connectTimeoutMs: 10_000,
    timeoutMs: 10_000,
    clock: new TestClock(1000),
  });
  const answers = await pipelined(connection, items, {
    action: (item) => `ask ${item}`,
    line: lineOf,
    read: () => connection.readResult(),
  });
  assertEquals(answers, items);
});

/** A request line of 1024 bytes, the line feed included. */
function lineOf(item: number): string {
  return `ask ${item}`.padEnd(1023, "x");
}
