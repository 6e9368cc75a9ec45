import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import type { Link } from "../../../lib/messaging/link.ts";
import { runWorld } from "../../../sim/world/mod.ts";
import { SMALL } from "./_small_world.ts";

/** A link on which a stanza takes the machine's own time. */
function impatient(link: Link): Link {
  return {
    get jid() {
      return link.jid;
    },
    open: (handler) => link.open(handler),
    send: (stanza) => void setImmediate(() => setImmediate(() => link.send(stanza))),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

Deno.test("a world notices a seam that does not wait for its clock", async () => {
  const { violations } = await runWorld({ ...SMALL, jobs: 40, watchLink: impatient });
  assertEquals(violations.map(({ invariant }) => invariant), ["stillness"]);
});

Deno.test("a world whose seams wait for its clock stands still between its moments", async () => {
  const { violations } = await runWorld({ ...SMALL, jobs: 40 });
  assertEquals(violations, []);
});
