/**
 * Reads the fields of commands.
 *
 * @module
 */

import type { Document } from "bson";
import { isDocument } from "../documents/codec.ts";
import type { SortField } from "../documents/compare.ts";
import { MongoFailure } from "../failure.ts";
import { typeName } from "../query/modifier_paths.ts";
import type { Deadline } from "../query/select.ts";
import type { CommandContext, CommandRequest } from "./command.ts";

/** Longest time that a client can set, in milliseconds. */
const LONGEST_TIME_MS = 2 ** 31 - 1;

/** The collection that a command names as the value of its own name. */
export function collectionName({ name, command }: CommandRequest): string {
  return readString(command, name);
}

/** Reads a text. */
export function readString(command: Document, field: string): string {
  const value = command[field];
  if (typeof value !== "string") throw wrongType(field, value, "string");
  return value;
}

/** Reads a document; `{}` where there is none. */
export function readDocument(command: Document, field: string): Document {
  const value = command[field] ?? {};
  if (!isDocument(value)) throw wrongType(field, value, "object");
  return value;
}

/** Reads a list of documents; none where there is none. */
export function readDocuments(command: Document, field: string): readonly Document[] {
  const value = command[field] ?? [];
  if (!Array.isArray(value)) throw wrongType(field, value, "array");
  const odd = value.findIndex((item) => !isDocument(item));
  if (odd >= 0) throw wrongType(`${field}.${odd}`, value[odd], "object");
  return value;
}

/** Reads a number of documents; `undefined` where there is none. */
export function readCount(command: Document, field: string): number | undefined {
  const value = command[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw wrongType(field, value, "number");
  const count = Math.floor(value);
  if (count < 0 || !Number.isSafeInteger(count)) {
    throw new MongoFailure("BadValue", `Field '${field}' is out of range: ${value}`);
  }
  return count;
}

/** Reads what to sort by, the most important field first. */
export function readSort(command: Document): readonly SortField[] {
  return Object.entries(readDocument(command, "sort")).map(([path, direction]) => {
    if (direction !== 1 && direction !== -1) {
      throw new MongoFailure(
        "BadValue",
        `$sort key ordering must be 1 (for ascending) or -1 (for descending): ${path}`,
      );
    }
    return [path, direction];
  });
}

/** Reads when an operation is to be given up. */
export function readDeadline(
  command: Document,
  { clock }: CommandContext,
): Deadline | undefined {
  const timeMs = readCount(command, "maxTimeMS");
  if (timeMs === undefined || timeMs === 0) return undefined;
  if (timeMs > LONGEST_TIME_MS) throw new MongoFailure("BadValue", `${timeMs} ms are out of range`);
  return { clock, atMs: clock.now() + timeMs };
}

/** @throws {MongoFailure} `CommandNotSupported` when one of the options is asked for. */
export function refuseOptions(command: Document, ...options: readonly string[]): void {
  for (const option of options) {
    const value = command[option];
    const isUnused = value === undefined || value === null || value === false ||
      (isDocument(value) && Object.keys(value).length === 0);
    if (!isUnused) throw new MongoFailure("CommandNotSupported", `This server has no ${option}`);
  }
  const collation = command["collation"];
  if (isDocument(collation) && (collation["locale"] ?? "simple") !== "simple") {
    throw new MongoFailure(
      "CommandNotSupported",
      "This server has no collation but the simple one",
    );
  }
}

/** An error about a field of the wrong type. */
export function wrongType(field: string, value: unknown, wanted: string): MongoFailure {
  const found = typeName(value);
  return new MongoFailure(
    "TypeMismatch",
    `Field '${field}' is the wrong type '${found}', expected type '${wanted}'`,
  );
}
