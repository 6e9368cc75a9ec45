/**
 * The reports that a monitor is measured with: those of fifty managers, in the mix of a busy site.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { formatCommand } from "../../lib/protocol/command_codec.ts";
import type { Command } from "../../lib/protocol/commands.ts";
import { encodeMessage, serializeXml } from "../../lib/protocol/mod.ts";

const MANAGERS = 50;
/** What each manager reports in one round: ten events. */
const OF_MANAGER = [
  ["count", "job.start"],
  ["duration", "job.succeeded"],
  ["count", "error.emptyQueue"],
  ["count", "job.start"],
  ["duration", "job.succeeded"],
  ["value", "queuedJobs"],
  ["count", "job.start"],
  ["duration", "job.failed"],
  ["count", "error.emptyQueue"],
  ["value", "system.load.1min"],
] as const;

/** Events of {@linkcode roundOfReports}. */
export const EVENTS_OF_ROUND = MANAGERS * OF_MANAGER.length;
/** Those of them that the monitor adds up. */
export const ADDED_UP_OF_ROUND = MANAGERS *
  OF_MANAGER.filter(([kind]) => kind !== "value").length;

const ID_BEGINS = "00000000";

/**
 * Makes what writes rounds of reports, each with ids of its own.
 *
 * @param to JID of the monitor.
 * @returns What gives the stanzas' bytes of the round of that number.
 */
export function reportWriter(to: string): (round: number) => Buffer {
  const stanzas = OF_MANAGER.flatMap((kind, position) =>
    Array.from({ length: MANAGERS }, (_, manager) => {
      const last = String(position * MANAGERS + manager).padStart(12, "0");
      const id = `${ID_BEGINS}-0000-4000-8000-${last}`;
      const info = formatCommand(commandOf(kind, `jobmanager.generic.manager-${manager}`, manager));
      const message = { kind: "command", from: "", to, id, noack: true, groupchat: false } as const;
      return serializeXml(encodeMessage({ ...message, info })).replace(" from=''", "");
    })
  );
  const text = Buffer.from(stanzas.join(""));
  const places: number[] = [];
  const begin = `id='${ID_BEGINS}`;
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    places.push(at + "id='".length);
  }
  return (round) => {
    const bytes = Buffer.from(text);
    const number = String(round).padStart(ID_BEGINS.length, "0");
    for (const place of places) bytes.write(number, place, "latin1");
    return bytes;
  };
}

function commandOf(
  [kind, event]: (typeof OF_MANAGER)[number],
  component: string,
  manager: number,
): Command {
  switch (kind) {
    case "count":
      return { command: "reportEvent", component, event };
    case "duration":
      return { command: "reportEventDuration", component, event, duration: `${600 + manager}` };
    case "value":
      return { command: "reportEventValue", component, event, value: `${manager}.25` };
  }
}
