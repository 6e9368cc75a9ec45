/**
 * Readings of a component's machine for the monitor (the original's plugin `SystemMonitor`; events of the
 * report's 2.3.2): disks, network, memory and load, each once a minute, sizes in MiB.
 *
 * @module
 */
import type { Clock, Timer } from "../clock.ts";
import { messageOf } from "../error_message.ts";
import type { Logger } from "../log.ts";
import type { Host, NetworkReading } from "../machine/host.ts";
import { metricPart } from "../metrics/metric_path.ts";
import type { Events } from "./event_reporter.ts";

/** Time between two readings of the same kind. */
const INTERVAL_MS = 60_000;

/** What {@linkcode reportSystem} needs. */
export interface SystemReadingsOptions {
  /** The machine. */
  readonly host: Host;
  /** Gets the readings. */
  readonly events: Events;
  /** Clock of the minutes. */
  readonly clock: Clock;
  /** Told of readings that fail. */
  readonly log: Logger;
}

/**
 * Reports the machine every minute until it is disposed of. As in the original, disks come after 60 s,
 * network, memory and load one, two and three seconds later.
 *
 * @param options See {@linkcode SystemReadingsOptions}.
 * @returns What ends it.
 */
export function reportSystem(options: SystemReadingsOptions): Disposable {
  const { host, events, clock, log } = options;
  const network = networkTraffic(events);
  const kinds: readonly [name: string, read: () => Promise<void>][] = [
    ["disks", async () => reportDisks(await host.disks(), events)],
    ["network", async () => network(await host.networks())],
    ["memory", async () => reportMemory(await host.memory(), events)],
    ["load", async () => reportLoad(await host.load(), events)],
  ];
  const timers = new Map<string, Timer>();
  kinds.forEach(([name, read], position) => {
    const arm = (delayMs: number) => {
      const timer = clock.after(delayMs, () => {
        arm(INTERVAL_MS);
        read().catch((error) => {
          log.warning(`Cannot read ${name}: ${messageOf(error)}`);
        });
      });
      timers.set(name, timer);
    };
    arm(INTERVAL_MS + position * 1000);
  });
  return { [Symbol.dispose]: () => timers.forEach((timer) => timer.cancel()) };
}

function reportDisks(disks: Awaited<ReturnType<Host["disks"]>>, events: Events): void {
  for (const { device, usedMiB, availableMiB } of disks) {
    const name = metricPart(device.slice(device.lastIndexOf("/") + 1));
    events.value(`system.disk.used.${name}`, usedMiB);
    events.value(`system.disk.available.${name}`, availableMiB);
  }
}

/** Reports what went over each interface since the last time; what goes out is negative, as in the original. */
function networkTraffic(events: Events): (readings: readonly NetworkReading[]) => void {
  let last = new Map<string, NetworkReading>();
  return (readings) => {
    for (const reading of readings) {
      const name = metricPart(reading.name);
      const before = last.get(reading.name);
      // A counter that went back belongs to an interface that was made anew.
      const receivedMiB = Math.max(0, reading.receivedMiB - (before ?? reading).receivedMiB);
      const sentMiB = Math.max(0, reading.sentMiB - (before ?? reading).sentMiB);
      events.value(`system.net.in.${name}`, receivedMiB);
      events.value(`system.net.out.${name}`, -sentMiB);
    }
    last = new Map(readings.map((reading) => [reading.name, reading]));
  };
}

function reportMemory(memory: Awaited<ReturnType<Host["memory"]>>, events: Events): void {
  const { totalMiB, availableMiB, swapTotalMiB, swapFreeMiB } = memory;
  events.value("system.ram.used.mem", totalMiB - availableMiB);
  events.value("system.ram.available.mem", availableMiB);
  events.value("system.ram.used.swap", swapTotalMiB - swapFreeMiB);
  events.value("system.ram.available.swap", swapFreeMiB);
}

function reportLoad(load: Awaited<ReturnType<Host["load"]>>, events: Events): void {
  // The original reports the average over five minutes as that over one.
  events.value("system.load.1min", load.oneMinute);
  events.value("system.load.5min", load.fiveMinutes);
  events.value("system.load.15min", load.fifteenMinutes);
}
