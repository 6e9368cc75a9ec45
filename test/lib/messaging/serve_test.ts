import { assertEquals, assertRejects } from "@std/assert";
import { silentLogger } from "../../../lib/log.ts";
import { Container } from "../../../lib/messaging/container.ts";
import { type Link, type LinkHandler, LinkRefusedError } from "../../../lib/messaging/link.ts";
import { serve } from "../../../lib/messaging/serve.ts";
import { Jid } from "../../../lib/protocol/jid.ts";

/** A link that is online at once, and tells what is done to it. */
function linkOf(story: string[]): Link & { handler: LinkHandler | undefined } {
  const jid = Jid.parse("component@localhost/one");
  return {
    handler: undefined,
    jid,
    open(handler) {
      this.handler = handler;
      handler.onStatus({ type: "online", jid, resumed: false });
      return Promise.resolve(jid);
    },
    send: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(void story.push("link closed")),
  };
}

function containerOn(link: Link): Container {
  return new Container({ link, component: { handle: () => [] }, log: silentLogger });
}

function workOf(story: string[]): AsyncDisposable {
  story.push("begun");
  return { [Symbol.asyncDispose]: () => Promise.resolve(void story.push("work ended")) };
}

Deno.test("serve() begins its work online, and ends it before the link is closed", async () => {
  const story: string[] = [];
  const stop = new AbortController();
  const serving = serve(containerOn(linkOf(story)), stop.signal, () => {
    stop.abort(new Error("Enough"));
    return workOf(story);
  });
  await serving;
  assertEquals(story, ["begun", "work ended", "link closed"]);
});

Deno.test("serve() does nothing where it is stopped before", async () => {
  const story: string[] = [];
  await serve(containerOn(linkOf(story)), AbortSignal.abort(new Error("No")), () => workOf(story));
  assertEquals(story, ["link closed"]);
});

Deno.test("serve() rejects when the server refuses the account from then on", async () => {
  const story: string[] = [];
  const link = linkOf(story);
  const serving = serve(containerOn(link), new AbortController().signal, () => {
    link.handler?.onStatus({ type: "closed", reason: "The account is gone" });
    return workOf(story);
  });
  await assertRejects(() => serving, LinkRefusedError, "The account is gone");
  assertEquals(story, ["begun", "work ended", "link closed"]);
});
