/**
 * The machines of managers, put together from their readings. Pure.
 *
 * @module
 */
import { managerName, pathOf } from "./graphs.ts";
import type { RenderRequest, Series } from "./sources/graphite.ts";

/** What is used and what is free, in MiB. */
export interface Usage {
  readonly used: number;
  readonly available: number;
}

/** One manager. */
export interface Manager {
  /** Its name; with its type where it is not the generic one. */
  readonly name: string;
  /** Time of its last reading, milliseconds since the epoch. */
  readonly seenMs: number;
  /** Jobs that wait in its queue; null where it has told nothing. */
  readonly queued: number | null;
  /** Processes that want to run, over 1, 5 and 15 minutes. */
  readonly load: readonly (number | null)[];
  /** Memory, where it has told of it. */
  readonly memory: Usage | null;
  /** Swap space, where it has told of it. */
  readonly swap: Usage | null;
  /** Disks by name. */
  readonly disks: readonly ({ readonly name: string } & Usage)[];
  /** Network interfaces by name, in MiB a minute. */
  readonly network: readonly {
    readonly name: string;
    readonly received: number;
    readonly sent: number;
  }[];
}

const PREFIX = "copilot.jobmanager.*.*";

/** What is asked of Graphite. A manager that was silent for so long is no longer shown. */
export const MANAGERS_REQUEST: RenderRequest = {
  targets: ["queuedJobs", "system.load.*", "system.ram.*.*", "system.disk.*.*", "system.net.*.*"]
    .map((path) => `${PREFIX}.${path}`),
  from: "-1h",
};

interface Readings {
  seenMs: number;
  readonly values: Map<string, number>;
}

/**
 * Puts the last readings of each manager together.
 *
 * @param found What Graphite sent.
 * @returns The managers, by name.
 */
export function readManagers(found: readonly Series[]): Manager[] {
  const readings = new Map<string, Readings>();
  for (const { target, datapoints } of found) {
    const [, , type = "", name = "", ...path] = pathOf(target).split(".");
    const last = datapoints.findLast(([value]) => value !== null);
    if (last === undefined || last[0] === null) continue;
    const key = managerName([type, name]);
    const of = readings.get(key) ?? { seenMs: 0, values: new Map() };
    readings.set(key, of);
    of.seenMs = Math.max(of.seenMs, last[1] * 1000);
    of.values.set(path.join("."), last[0]);
  }
  return [...readings].map(([name, of]) => managerOf(name, of))
    .sort((one, other) => one.name < other.name ? -1 : 1);
}

function managerOf(name: string, { seenMs, values }: Readings): Manager {
  const usage = (used: string, available: string): Usage | null => {
    const pair = { used: values.get(used) ?? null, available: values.get(available) ?? null };
    return pair.used === null || pair.available === null
      ? null
      : { used: pair.used, available: pair.available };
  };
  const last = (prefix: string) =>
    [...values.keys()].filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length)).sort();
  return {
    name,
    seenMs,
    queued: values.get("queuedJobs") ?? null,
    load: ["1min", "5min", "15min"].map((span) => values.get(`system.load.${span}`) ?? null),
    memory: usage("system.ram.used.mem", "system.ram.available.mem"),
    swap: usage("system.ram.used.swap", "system.ram.available.swap"),
    disks: last("system.disk.used.").flatMap((disk) => {
      const of = usage(`system.disk.used.${disk}`, `system.disk.available.${disk}`);
      return of === null ? [] : [{ name: disk, ...of }];
    }),
    network: last("system.net.in.").map((device) => ({
      name: device,
      received: values.get(`system.net.in.${device}`) ?? 0,
      // The original reports what goes out with a minus.
      sent: Math.abs(values.get(`system.net.out.${device}`) ?? 0),
    })),
  };
}
