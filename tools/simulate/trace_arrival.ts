/**
 * The times of a recorded trace as an arrival model.
 *
 * @module
 */
import { UsageError } from "../../lib/cli.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import { parseXml, XmlError } from "../../lib/protocol/xml_parser.ts";
import { type Arrival, arrivalAtTimes } from "../../sim/load/mod.ts";
import { readTraceFile } from "../trace/trace_file.ts";

/** Text that every message begins with: other pieces of a stream need not be parsed. */
const MESSAGE = /^\s*<message\b/;

/**
 * Reads when jobs were handed out in a trace: at the first `runJob` of each.
 *
 * @param path The trace's file.
 * @returns Jobs at the same times; the first at the beginning.
 * @throws {UsageError} When there is no such file, or no job in it.
 * @throws {TraceFormatError} When it is no trace.
 */
export async function traceArrival(path: string): Promise<Arrival> {
  const timesMs = new Map<string, number>();
  for (const { t, xml } of await readTraceFile(path)) {
    const id = MESSAGE.test(xml) ? jobIn(xml) : undefined;
    if (id !== undefined && !timesMs.has(id)) timesMs.set(id, t * 1000);
  }
  if (timesMs.size === 0) throw new UsageError(`Cannot take times from ${path}: no job in it`);
  return arrivalAtTimes([...timesMs.values()]);
}

/** Id of the job that a message hands out. */
function jobIn(text: string): string | undefined {
  try {
    const message = decodeMessage(parseXml(text));
    if (message.kind !== "command") return undefined;
    const { attributes, children } = message.info;
    return attributes["command"] === "runJob" ? children["job"]?.attributes["id"] : undefined;
  } catch (error) {
    // A recording holds whatever was said, well-formed or not.
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}
