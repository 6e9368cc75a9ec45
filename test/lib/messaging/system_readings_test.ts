import { assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { type Events, silentEvents } from "../../../lib/messaging/event_reporter.ts";
import { reportSystem } from "../../../lib/messaging/system_readings.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

function listener(): { readonly events: Events; readonly lines: () => string[] } {
  const said: string[] = [];
  const value = (event: string, reading: number) => void said.push(`${event} ${reading}`);
  return { events: { ...silentEvents, value }, lines: () => said.splice(0) };
}

Deno.test("reportSystem() reports disks, network, memory and load one after the other, each minute", async () => {
  const clock = new VirtualClock();
  const { events, lines } = listener();
  let receivedMiB = 100;
  const host = modelHost({
    networks: () => [{ name: "eth0.7", receivedMiB: receivedMiB += 3, sentMiB: receivedMiB / 2 }],
    load: { oneMinute: 0.5, fiveMinutes: 0.25, fifteenMinutes: 0.125 },
  });
  using _reports = reportSystem({ host, events, clock, log: createLogger({ sinks: [], clock }) });
  await clock.advance(59_999);
  assertEquals(lines(), []);
  await clock.advance(1);
  assertEquals(lines(), ["system.disk.used.vda1 10240", "system.disk.available.vda1 10240"]);
  await clock.advance(1000);
  assertEquals(lines(), ["system.net.in.eth0_7 0", "system.net.out.eth0_7 0"]);
  await clock.advance(1000);
  assertEquals(lines(), [
    "system.ram.used.mem 512",
    "system.ram.available.mem 1536",
    "system.ram.used.swap 0",
    "system.ram.available.swap 0",
  ]);
  await clock.advance(1000);
  assertEquals(lines(), [
    "system.load.1min 0.5",
    "system.load.5min 0.25",
    "system.load.15min 0.125",
  ]);
  await clock.advance(58_000);
  assertEquals(lines().slice(-2), ["system.net.in.eth0_7 3", "system.net.out.eth0_7 -1.5"]);
});

Deno.test("reportSystem() logs a reading that fails, and reports the others", async () => {
  const clock = new VirtualClock();
  const { events, lines } = listener();
  const sink = memorySink();
  const host = {
    ...modelHost(),
    disks: () => Promise.reject(new Error("no such device")),
    networks: () => Promise.resolve([]),
    memory: () => Promise.reject(new Error("no memory")),
    load: () => Promise.resolve({ oneMinute: 1, fiveMinutes: 1, fifteenMinutes: 1 }),
  };
  using _reports = reportSystem({
    host,
    events,
    clock,
    log: createLogger({ sinks: [sink], clock }),
  });
  await clock.advance(70_000);
  assertEquals(lines().length, 3);
  assertEquals(sink.records.map(({ message }) => message), [
    "Cannot read disks: no such device",
    "Cannot read memory: no memory",
  ]);
});
