/** A web server's end: whoever reads gets his answer, whoever does not holds nothing up. */
import { assertEquals } from "@std/assert";
import { startServer } from "../../../lib/http/server.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

/** A server whose only answer comes in two parts, the second when a test lets it. */
function startHalting() {
  const clock = new VirtualClock(0);
  const { promise: asked, resolve: hear } = Promise.withResolvers<void>();
  const { promise: rest, resolve: goOn } = Promise.withResolvers<void>();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    async start(to) {
      to.enqueue(new TextEncoder().encode("first "));
      await rest;
      if (isCancelled) return;
      to.enqueue(new TextEncoder().encode("last"));
      to.close();
    },
    cancel: () => void (isCancelled = true),
  });
  const server = startServer({
    ...{ host: "127.0.0.1", port: 0, clock },
    handler: () => {
      hear();
      return Promise.resolve(new Response(body));
    },
  });
  const url = `http://127.0.0.1:${server.address.port}/`;
  return { server, url, clock, asked, goOn };
}

Deno.test("startServer() lets an answer under way be read when it ends", async () => {
  const { server, url, asked, goOn } = startHalting();
  const text = fetch(url).then((response) => response.text());
  await asked;
  const ended = server[Symbol.asyncDispose]();
  goOn();
  assertEquals(await text, "first last");
  await ended;
});

Deno.test("startServer() ends a second later whoever still reads", async () => {
  const { server, url, clock, asked, goOn } = startHalting();
  const text = fetch(url).then((response) => response.text()).catch(() => "cut off");
  await asked;
  const ended = server[Symbol.asyncDispose]();
  await clock.advance(1000);
  await ended;
  assertEquals(await text, "cut off");
  goOn();
});
