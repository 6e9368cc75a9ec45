/**
 * What befalls all at once: restarts of the servers, partitions of the network, power failures.
 *
 * @module
 */
import type { Dice } from "./fate.ts";
import type { Site } from "./site.ts";

const DAY_MS = 86_400_000;

/** One kind of incident. */
interface IncidentKind {
  readonly name: string;
  /** How many a day. */
  readonly rate: number;
  readonly longestMs: number;
  /** Begins; `size` is a number in [0, 1) to draw its nature from. Returns what ends it. */
  readonly begin: (name: string, untilMs: number, size: number) => () => void;
}

/**
 * Lets incidents happen until the storm is over; all have ended by then.
 *
 * @param site Where.
 * @param stormEndMs When the storm ends.
 * @param onRollBack Told after a power failure how many effects it took back.
 */
export function scheduleIncidents(
  site: Site,
  stormEndMs: number,
  onRollBack: (effects: number) => void,
): void {
  for (const kind of kindsOf(site, onRollBack)) {
    scheduleNext(site, kind, site.fate.dice(kind.name), stormEndMs);
  }
}

function scheduleNext(site: Site, kind: IncidentKind, dice: Dice, stormEndMs: number): void {
  if (kind.rate === 0) return;
  const { clock, fate, referee } = site;
  const startMs = clock.now() + dice.wait(DAY_MS / kind.rate);
  const endMs = startMs + dice.between(1, kind.longestMs);
  const size = dice.fraction();
  if (endMs >= stormEndMs) return;
  clock.after(startMs - clock.now(), () => {
    const name = `${kind.name}#${Math.round((startMs - site.startMs) / 1000)}`;
    if (fate.admits(name)) {
      referee.note(name);
      const end = kind.begin(name, endMs, size);
      clock.after(endMs - clock.now(), end);
    }
    clock.after(endMs - clock.now(), () => scheduleNext(site, kind, dice, stormEndMs));
  });
}

function kindsOf(site: Site, onRollBack: (effects: number) => void): readonly IncidentKind[] {
  const { broker, fileServer, network, queue, referee, settings: { faults } } = site;
  return [{
    name: "server-restart",
    rate: faults.serverRestarts,
    longestMs: faults.serverDownMs,
    begin: (_, untilMs, size) => {
      if (size < faults.resumed) {
        network.hold(untilMs);
        return () => {};
      }
      broker.stop();
      return () => broker.start();
    },
  }, {
    name: "partition",
    rate: faults.partitions,
    longestMs: faults.partitionMs,
    begin: (name) => {
      network.part(name);
      return () => network.heal(name);
    },
  }, {
    name: "redis-restart",
    rate: faults.redisRestarts,
    longestMs: faults.redisDownMs,
    begin: (_name, _untilMs, size) => {
      const crash = () => onRollBack(referee.ledger.rebase(() => queue.stop(1 - (size * 97) % 1)));
      if (faults.fsyncWindowMs > 0) return failPower(site, size * faults.fsyncWindowMs, crash);
      crash();
      return () => queue.start();
    },
  }, {
    name: "file-server-outage",
    rate: faults.fileServerOutages,
    longestMs: faults.fileServerDownMs,
    begin: () => {
      fileServer.isDown = true;
      return () => fileServer.isDown = false;
    },
  }];
}

/**
 * Lets the power fail soon after the next write, when there is something that is not on the disk. Returns
 * what brings it back.
 */
function failPower({ clock, queue }: Site, delayMs: number, crash: () => void): () => void {
  let isOver = false;
  const stop = queue.store.onWrite(() => {
    stop();
    clock.after(Math.floor(delayMs), () => isOver || crash());
  });
  return () => {
    isOver = true;
    stop();
    queue.start();
  };
}
