/**
 * What a manager of a trace told its monitor, and the machine that its readings were taken of.
 *
 * @module
 */
import type { DiskReading, Host, NetworkReading } from "../../../lib/machine/host.ts";
import { parseCommand } from "../../../lib/protocol/command_codec.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import type { Player, Script } from "./script.ts";

/** To whom a manager reported, and as whom. */
export interface Monitored {
  /** JID of the monitor. */
  readonly monitor: string;
  /** The name that it reported under. */
  readonly component: string;
  /** Its machine. */
  readonly host: Host;
}

/**
 * Finds out what a manager told its monitor.
 *
 * @param script The script.
 * @param peer The manager.
 * @returns To whom it reported; `undefined` where it did not.
 */
export function monitoredBy({ hears }: Script, peer: Player): Monitored | undefined {
  const readings = new Map<string, number>();
  let reported: Pick<Monitored, "monitor" | "component"> | undefined;
  for (const { stanza, peer: jid } of hears) {
    const message = jid === peer.jid ? decodeMessage(stanza) : undefined;
    if (message?.kind !== "command") continue;
    const command = parseCommand(message.info);
    if (command.command === "reportEvent" || command.command === "reportEventValue") {
      reported ??= { monitor: message.to, component: command.component };
    }
    if (command.command !== "reportEventValue" || readings.has(command.event)) continue;
    readings.set(command.event, Number(command.value));
  }
  return reported === undefined ? undefined : { ...reported, host: machineOf(readings) };
}

/** A machine with the readings of the trace. */
function machineOf(readings: ReadonlyMap<string, number>): Host {
  const named = (prefix: string) =>
    [...readings.keys()].flatMap((event) =>
      event.startsWith(prefix) ? [event.slice(prefix.length)] : []
    );
  const reading = (event: string) => readings.get(event) ?? 0;
  const ram = (what: string, part: string) => reading(`system.ram.${what}.${part}`);
  return modelHost({
    load: {
      oneMinute: reading("system.load.1min"),
      fiveMinutes: reading("system.load.5min"),
      fifteenMinutes: reading("system.load.15min"),
    },
    memory: {
      totalMiB: ram("used", "mem") + ram("available", "mem"),
      freeMiB: ram("available", "mem"),
      availableMiB: ram("available", "mem"),
      swapTotalMiB: ram("used", "swap") + ram("available", "swap"),
      swapFreeMiB: ram("available", "swap"),
    },
    disks: named("system.disk.used.").map((device): DiskReading => ({
      device,
      mountPoint: `/${device}`,
      totalMiB: reading(`system.disk.used.${device}`) + reading(`system.disk.available.${device}`),
      usedMiB: reading(`system.disk.used.${device}`),
      availableMiB: reading(`system.disk.available.${device}`),
    })),
    // Traffic is told as the difference to the last reading: none at the first.
    networks: named("system.net.in.").map((name): NetworkReading => ({
      name,
      receivedMiB: 0,
      sentMiB: 0,
    })),
  });
}
