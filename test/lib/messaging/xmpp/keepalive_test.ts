import { assertEquals } from "@std/assert";
import type { Clock } from "../../../../lib/clock.ts";
import { Keepalive } from "../../../../lib/messaging/xmpp/keepalive.ts";

/** A clock driven by hand: one timer at a time is all that a keepalive has. */
class HandClock implements Clock {
  pending: (() => void) | undefined;

  now(): number {
    return 0;
  }

  after(_delayMs: number, callback: () => void) {
    this.pending = callback;
    return { cancel: () => this.pending = undefined };
  }

  tick(): void {
    const callback = this.pending;
    this.pending = undefined;
    callback?.();
  }
}

function watch() {
  const clock = new HandClock();
  const told: string[] = [];
  const keepalive = new Keepalive({
    intervalMs: 1,
    clock,
    ping: () => told.push("ping"),
    dead: () => told.push("dead"),
  });
  return { clock, told, keepalive };
}

Deno.test("Keepalive pings after a silence and gives up after another", () => {
  const { clock, told } = watch();
  clock.tick();
  assertEquals(told, ["ping"]);
  clock.tick();
  assertEquals(told, ["ping", "dead"]);
  assertEquals(clock.pending, undefined);
});

Deno.test("Keepalive says nothing while the peer talks", () => {
  const { clock, told, keepalive } = watch();
  for (let interval = 0; interval < 5; interval++) {
    keepalive.heard();
    clock.tick();
  }
  assertEquals(told, []);
});

Deno.test("Keepalive begins anew when a ping is answered", () => {
  const { clock, told, keepalive } = watch();
  clock.tick();
  keepalive.heard();
  clock.tick();
  assertEquals(told, ["ping"]);
  clock.tick();
  clock.tick();
  assertEquals(told, ["ping", "ping", "dead"]);
});

Deno.test("Keepalive.stop() leaves no timer", () => {
  const { clock, keepalive } = watch();
  keepalive.stop();
  assertEquals(clock.pending, undefined);
});
