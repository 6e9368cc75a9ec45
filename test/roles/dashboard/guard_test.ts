/** Who may change jobs, and how often may be guessed. */
import { assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { Guard } from "../../../roles/dashboard/api/guard.ts";
import { QuestionError } from "../../../roles/dashboard/sources/source.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

function makeGuard() {
  const clock = new VirtualClock(0);
  const sink = memorySink();
  const guard = new Guard({ token: "secret", clock, log: createLogger({ sinks: [sink], clock }) });
  const check = (token: string, from: string, headers: Record<string, string> = {}) => {
    const request = new Request("http://localhost/", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    });
    try {
      guard.check({ request, from });
      return 200;
    } catch (error) {
      if (!(error instanceof QuestionError)) throw error;
      return error.status;
    }
  };
  return { clock, sink, check };
}

Deno.test("Guard refuses pages of other sites, and forms", () => {
  const { check } = makeGuard();
  assertEquals(check("secret", "a"), 200);
  assertEquals(check("secret", "a", { "sec-fetch-site": "same-origin" }), 200);
  for (const site of ["cross-site", "same-site", "none"]) {
    assertEquals(check("secret", "a", { "sec-fetch-site": site }), 403, site);
  }
  assertEquals(check("secret", "a", { "content-type": "text/plain" }), 415);
});

Deno.test("Guard refuses who guesses too often for a minute, and nobody else", async () => {
  const { clock, sink, check } = makeGuard();
  for (let guess = 0; guess < 20; guess++) assertEquals(check(`${guess}`, "guesser"), 401);
  assertEquals([check("secret", "guesser"), check("secret", "operator")], [429, 200]);
  assertEquals(sink.records.length, 20);
  await clock.advance(60_000);
  assertEquals(check("secret", "guesser"), 200);
});

Deno.test("Guard refuses everybody where guesses come from many addresses", async () => {
  const { clock, check } = makeGuard();
  for (let guess = 0; guess < 1000; guess++) assertEquals(check("guess", `address ${guess}`), 401);
  assertEquals(check("secret", "operator"), 429);
  await clock.advance(60_000);
  assertEquals(check("secret", "operator"), 200);
});
