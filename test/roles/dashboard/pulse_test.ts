/** One look at the sources for all viewers. */
import { assertEquals } from "@std/assert";
import type { Clock, Timer } from "../../../lib/clock.ts";
import { Pulse } from "../../../roles/dashboard/pulse.ts";
import { QuestionError, Source } from "../../../roles/dashboard/sources/source.ts";

/** A clock that a test moves on. */
class HandClock implements Clock {
  #nowMs = 1_000_000;
  readonly #calls = new Map<Timer, { readonly atMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { cancel: () => void this.#calls.delete(timer) };
    this.#calls.set(timer, { atMs: this.#nowMs + delayMs, callback });
    return timer;
  }

  get waiting(): number {
    return this.#calls.size;
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const [timer, { atMs, callback }] of [...this.#calls]) {
      if (atMs > this.#nowMs) continue;
      this.#calls.delete(timer);
      callback();
    }
  }
}

/** A pulse over a number that a test changes. */
function makePulse(mostViewers?: number) {
  const clock = new HandClock();
  const state = { value: 1, reads: 0 };
  const read = () => {
    state.reads++;
    return Promise.resolve({ value: state.value });
  };
  return { clock, state, pulse: new Pulse({ read, intervalMs: 1000, clock, mostViewers }) };
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  const { value } = await reader.read();
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("Pulse reads once for all viewers, and rests when nobody watches", async () => {
  const { clock, state, pulse } = makePulse();
  const viewers = [pulse.watch(), pulse.watch(), pulse.watch()].map((stream) => stream.getReader());
  const first = 'event: state\ndata: {"value":1}\n\n';
  assertEquals(await Promise.all(viewers.map(next)), [first, first, first]);
  assertEquals(state.reads, 1);
  const second = Promise.all(viewers.map(next));
  await settle();
  state.value = 2;
  clock.advance(1000);
  const changed = 'event: state\ndata: {"value":2}\n\n';
  assertEquals(await second, [changed, changed, changed]);
  assertEquals(state.reads, 2);
  const third = Promise.all(viewers.map(next));
  await settle();
  clock.advance(1000);
  const beat = "event: beat\ndata: {}\n\n";
  assertEquals(await third, [beat, beat, beat]);
  await Promise.all(viewers.map((viewer) => viewer.cancel()));
  await settle();
  assertEquals(clock.waiting, 0);
});

Deno.test("Pulse gives a slow viewer the latest, not what it has missed", async () => {
  const { clock, state, pulse } = makePulse();
  const [quick, slow] = [pulse.watch().getReader(), pulse.watch().getReader()];
  await Promise.all([next(quick), next(slow)]);
  for (state.value = 2; state.value <= 4; state.value++) {
    const told = next(quick);
    await settle();
    clock.advance(1000);
    assertEquals(await told, `event: state\ndata: {"value":${state.value}}\n\n`);
  }
  assertEquals(await next(slow), 'event: state\ndata: {"value":4}\n\n');
  await pulse.close();
});

Deno.test("Pulse has room for so many viewers, and sends all away at its end", async () => {
  const { pulse } = makePulse(2);
  const first = pulse.watch().getReader();
  await next(first);
  assertEquals(pulse.hasRoom, true);
  const second = pulse.watch();
  assertEquals(pulse.hasRoom, false);
  await second.cancel();
  assertEquals(pulse.hasRoom, true);
  const waiting = next(first);
  await settle();
  await pulse.close();
  assertEquals(await waiting, undefined);
});

Deno.test("Source connects once, and anew after a failure", async () => {
  let opened = 0;
  const source = new Source({
    name: "queue",
    hint: "",
    open: () => ++opened === 1 ? Promise.reject(new Error("Not yet")) : Promise.resolve(opened),
  });
  const use = () => source.use((client) => Promise.resolve(client)).catch(({ name }) => name);
  assertEquals(await Promise.all([use(), use()]), ["SourceError", "SourceError"]);
  assertEquals(source.health, { state: "broken", message: "Not yet" });
  assertEquals(await Promise.all([use(), use()]), [2, 2]);
  assertEquals(source.health, { state: "ok", message: "" });
  const wrong = () => source.use(() => Promise.reject(new QuestionError("Expected a number")));
  assertEquals(await wrong().catch(({ name }) => name), "QuestionError");
  assertEquals(source.health.state, "ok", "a wrong question is no fault of the source");
});
