/** Bodies of answers, read to their end, but not beyond measure. */
import { assertEquals, assertRejects } from "@std/assert";
import { boundedText } from "../../../lib/http/bounded_text.ts";

Deno.test("boundedText() reads characters that were cut in two", async () => {
  const bytes = new TextEncoder().encode("Genève");
  const body = new ReadableStream({
    start(to) {
      for (const byte of bytes) to.enqueue(new Uint8Array([byte]));
      to.close();
    },
  });
  assertEquals(await boundedText(new Response(body), bytes.length), "Genève");
  assertEquals(await boundedText(new Response(null), 0), "");
});

Deno.test("boundedText() gives up an answer that does not end", async () => {
  let isCancelled = false;
  const body = new ReadableStream({
    pull: (to) => to.enqueue(new Uint8Array(100)),
    cancel: () => void (isCancelled = true),
  });
  await assertRejects(
    () => boundedText(new Response(body), 1000),
    RangeError,
    "more than 1000 bytes",
  );
  assertEquals(isCancelled, true);
});
