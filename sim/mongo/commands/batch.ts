/**
 * Commands of many operations: what one of them does wrong is told beside what the others did.
 *
 * @module
 */

import type { Document } from "bson";
import { MongoFailure } from "../failure.ts";
import type { CommandContext, CommandRequest } from "./command.ts";

/**
 * Runs the operations of a command one by one.
 *
 * @param request The command; unless it says `ordered: false`, the first error ends it.
 * @param field Name of the list of operations.
 * @param context Limits.
 * @param run Runs one operation.
 * @returns The errors, as a part of the answer.
 * @throws {MongoFailure} `InvalidLength` when there are no operations or too many.
 */
export function runBatch(
  request: CommandRequest,
  field: string,
  { limits }: CommandContext,
  run: (operation: Uint8Array, index: number) => void,
): Document {
  const operations = request.lists.get(field) ?? [];
  if (operations.length === 0 || operations.length > limits.batchOperations) {
    throw new MongoFailure(
      "InvalidLength",
      `Write batch sizes must be between 1 and ${limits.batchOperations}. ` +
        `Got ${operations.length} operations.`,
    );
  }
  const isOrdered = request.command["ordered"] !== false;
  const writeErrors: Document[] = [];
  for (const [index, operation] of operations.entries()) {
    try {
      run(operation, index);
    } catch (error) {
      if (!(error instanceof MongoFailure)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.details });
      if (isOrdered) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}
