/**
 * Many requests on their way at once. A server answers in order, so waiting for each answer before the
 * next request would only add the way there and back to each.
 *
 * @module
 */

import { type ChirpConnection, encodeLine } from "./connection.ts";
import { fileTransferErrorOf } from "./failure.ts";

/**
 * Requests on their way, in bytes. Both sides' socket buffers hold as much, so a server that is stuck
 * with an answer still takes them all, and neither side waits for the other for ever.
 */
const WINDOW_BYTES = 32 * 1024;

/** How to send and read requests of one kind. */
export interface PipelinedCalls<Item, Answer> {
  /** What is tried, for the message of a failure. */
  readonly action: (item: Item) => string;
  /** The request line. */
  readonly line: (item: Item) => string;
  /** Reads the answer, all of it. */
  readonly read: (connection: ChirpConnection, item: Item) => Promise<Answer>;
}

/**
 * Sends requests of one line each and reads their answers. A failure leaves answers unread: the connection
 * must then be closed.
 *
 * @param connection Where to.
 * @param items What to ask for.
 * @param calls How to ask.
 * @returns The answers, in order.
 * @throws {FileTransferError} A request failed or was refused; those before it were done.
 */
export async function pipelined<Item, Answer>(
  connection: ChirpConnection,
  items: readonly Item[],
  calls: PipelinedCalls<Item, Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < items.length) {
    const { bytes, end } = fillWindow(items, answers.length, calls.line);
    await connection.send(bytes);
    for (const item of items.slice(answers.length, end)) {
      try {
        answers.push(await calls.read(connection, item));
      } catch (error) {
        throw fileTransferErrorOf(error, calls.action(item));
      }
    }
  }
  return answers;
}

/** Joins the lines of as many items as fit. */
function fillWindow<Item>(
  items: readonly Item[],
  start: number,
  line: (item: Item) => string,
): { readonly bytes: Uint8Array; readonly end: number } {
  const window = new Uint8Array(WINDOW_BYTES);
  let length = 0;
  let end = start;
  for (const item of items.slice(start)) {
    const bytes = encodeLine(line(item));
    if (length + bytes.length > WINDOW_BYTES) break;
    window.set(bytes, length);
    length += bytes.length;
    end++;
  }
  return { bytes: window.subarray(0, length), end };
}

/**
 * Cuts a list into batches, each small enough to be done again when a connection breaks.
 *
 * @param items The list.
 * @param sizeOf Size of an item in bytes.
 * @param limits Most items and bytes of a batch; one larger item is a batch of its own.
 * @returns The batches, in order.
 */
export function* batched<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  limits: { readonly items: number; readonly bytes: number },
): Generator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (batch.length === limits.items || (batch.length > 0 && bytes + size > limits.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
