import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { OutboxFullError } from "../../../lib/messaging/link.ts";
import { Outbox } from "../../../lib/messaging/outbox.ts";

Deno.test("Outbox behaves as a bounded list, whatever is pushed and shifted", () => {
  const step = fc.option(fc.nat(40), { nil: undefined, freq: 3 });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const outbox = new Outbox<number>({ maxItems: 8, maxBytes: 100 });
    const model: { item: number; sizeBytes: number }[] = [];
    steps.forEach((sizeBytes, item) => {
      const heldBytes = model.reduce((sum, entry) => sum + entry.sizeBytes, 0);
      if (sizeBytes === undefined) {
        assertEquals(outbox.shift(), model.shift()?.item);
      } else if (model.length === 8 || heldBytes + sizeBytes > 100) {
        assertThrows(() => outbox.push(item, sizeBytes), OutboxFullError);
      } else {
        outbox.push(item, sizeBytes);
        model.push({ item, sizeBytes });
      }
      assertEquals(outbox.length, model.length);
      assertEquals(outbox.sizeBytes, model.reduce((sum, entry) => sum + entry.sizeBytes, 0));
    });
  }));
});

Deno.test("Outbox keeps the order of tens of thousands", () => {
  const outbox = new Outbox<number>({ maxItems: 50_000 });
  let next = 0;
  for (let item = 0; item < 50_000; item++) {
    outbox.push(item, 1);
    if (item % 3 === 0) assert(outbox.shift() === next++);
  }
  while (outbox.length > 0) assert(outbox.shift() === next++);
  assertEquals(next, 50_000);
  assertEquals(outbox.sizeBytes, 0);
});

Deno.test("Outbox says what it holds when it is full", () => {
  const outbox = new Outbox<string>({ maxItems: 1, maxBytes: 10 });
  outbox.push("a", 4);
  const error = assertThrows(() => outbox.push("b", 3), OutboxFullError);
  assertEquals(
    error.message,
    "Cannot keep stanza of 3 bytes: outbox holds 1 of 1 stanzas and 4 of 10 bytes",
  );
});

Deno.test("Outbox.clear() forgets everything", () => {
  const outbox = new Outbox<string>({ maxItems: 1 });
  outbox.push("a", 4);
  outbox.clear();
  assertEquals([outbox.length, outbox.sizeBytes, outbox.shift()], [0, 0, undefined]);
  outbox.push("b", 1);
  assertEquals(outbox.shift(), "b");
});
