/**
 * The checks of an update that mingo leaves out: it passes over what it cannot do, MongoDB refuses.
 *
 * @module
 */

import { Decimal128, type Document, Long, ObjectId } from "bson";
import { isDocument } from "../documents/codec.ts";
import { MongoFailure } from "../failure.ts";

/** The update operators, and what the field must be that each changes. */
const FIELD_KINDS: Readonly<Record<string, "any" | "number" | "list">> = {
  $set: "any",
  $setOnInsert: "any",
  $unset: "any",
  $rename: "any",
  $min: "any",
  $max: "any",
  $currentDate: "any",
  $bit: "number",
  $inc: "number",
  $mul: "number",
  $push: "list",
  $addToSet: "list",
  $pop: "list",
  $pull: "list",
  $pullAll: "list",
};

/** Operators whose operands must be numbers. */
const NUMBER_OPERANDS: Readonly<Record<string, string>> = { $inc: "increment", $mul: "multiply" };
/** Operators that make what is missing on their way. */
const MAKERS = new Set([
  "$set",
  "$setOnInsert",
  "$inc",
  "$mul",
  "$min",
  "$max",
  "$push",
  "$addToSet",
]);
/** Numbers that no list is filled up to. */
const FAR_INDEX = /^\d{7,}$/;
/** Longest path, in names. */
const MOST_NAMES = 100;

/**
 * Checks an update by itself, before it is applied to any document.
 *
 * @param modifier The update, made of operators.
 * @throws {MongoFailure} With MongoDB's number for what is wrong.
 */
export function checkModifier(modifier: Document): void {
  const paths: string[] = [];
  for (const [operator, fields] of Object.entries(modifier)) {
    if (!Object.hasOwn(FIELD_KINDS, operator)) {
      throw new MongoFailure(
        "FailedToParse",
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update ` +
          "specified as an array",
      );
    }
    if (!isDocument(fields)) {
      throw new MongoFailure(
        "FailedToParse",
        `Modifiers operate on fields but we found type ${typeName(fields)} instead: ${operator}`,
      );
    }
    for (const [path, operand] of Object.entries(fields)) {
      checkPath(path);
      paths.push(path);
      if (operator === "$rename") {
        if (typeof operand !== "string") {
          throw new MongoFailure(
            "BadValue",
            `The 'to' field for $rename must be a string: ${path}`,
          );
        }
        checkPath(operand);
        paths.push(operand);
      }
      const verb = NUMBER_OPERANDS[operator];
      if (verb !== undefined && !isNumber(operand)) {
        throw new MongoFailure(
          "TypeMismatch",
          `Cannot ${verb} with non-numeric argument: {${path}: ${JSON.stringify(operand)}}`,
        );
      }
    }
  }
  checkConflicts(paths);
}

function checkPath(path: string): void {
  const names = path.split(".");
  if (names.includes("")) {
    throw new MongoFailure(
      "EmptyFieldName",
      path === ""
        ? "An empty update path is not valid."
        : `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  if (names.length > MOST_NAMES) {
    throw new MongoFailure("Overflow", `Cannot follow a path of more than ${MOST_NAMES} names`);
  }
  // It may lead into a list, which would be filled up to the number.
  if (path.includes("$") && names.some((name) => FAR_INDEX.test(name))) {
    throw new MongoFailure("BadValue", `Cannot follow so large a number in '${path}'`);
  }
  const odd = names.find((name) => name.startsWith("$") && !/^\$(\[[^\]]*\])?$/.test(name));
  if (odd !== undefined) {
    throw new MongoFailure(
      "DollarPrefixedFieldName",
      `The dollar ($) prefixed field '${odd}' in '${path}' is not allowed in the context of an update`,
    );
  }
}

function checkConflicts(paths: readonly string[]): void {
  const known = new Set<string>();
  for (const path of paths) {
    if (known.has(path)) throw conflict(path, path);
    known.add(path);
  }
  for (const path of paths) {
    for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
      const start = path.slice(0, dot);
      if (known.has(start)) throw conflict(path, start);
    }
  }
}

function conflict(path: string, other: string): MongoFailure {
  return new MongoFailure(
    "ConflictingUpdateOperators",
    `Updating the path '${path}' would create a conflict at '${other}'`,
  );
}

/**
 * Checks that an update can change the fields of a document.
 *
 * @throws {MongoFailure} With MongoDB's number for what is wrong.
 */
export function checkTargets(document: Document, modifier: Document): void {
  for (const [operator, fields] of Object.entries(modifier)) {
    for (const [path, operand] of Object.entries<unknown>(fields)) {
      // What positional paths lead to is known to mingo only.
      if (!path.includes("$")) checkTarget(document, operator, path);
      if (operator === "$rename") checkTarget(document, "$set", String(operand));
    }
  }
}

function checkTarget(document: Document, operator: string, path: string): void {
  let value: unknown = document;
  for (const name of path.split(".")) {
    if (Array.isArray(value)) {
      if (!/^\d{1,6}$/.test(name)) {
        if (MAKERS.has(operator)) throw notViable(path, name, value);
        return;
      }
      value = value[Number(name)];
    } else if (isDocument(value)) {
      value = Object.hasOwn(value, name) ? value[name] : undefined;
    } else {
      if (MAKERS.has(operator)) throw notViable(path, name, value);
      return;
    }
    if (value === undefined) return;
  }
  checkKind(document, operator, path, value);
}

function notViable(path: string, name: string, value: unknown): MongoFailure {
  const names = path.split(".");
  const before = names[names.indexOf(name) - 1] ?? "";
  return new MongoFailure(
    "PathNotViable",
    `Cannot create field '${name}' in element {${before}: ${JSON.stringify(value)}}`,
  );
}

function checkKind(document: Document, operator: string, path: string, value: unknown): void {
  const id = `{_id: ${JSON.stringify(document["_id"])}}`;
  const kind = FIELD_KINDS[operator];
  if (kind === "number" && !isNumber(value)) {
    throw new MongoFailure(
      "TypeMismatch",
      `Cannot apply ${operator} to a value of non-numeric type. ${id} has the field ` +
        `'${path}' of non-numeric type ${typeName(value)}`,
    );
  }
  if (kind !== "list" || Array.isArray(value)) return;
  throw operator === "$pop"
    ? new MongoFailure(
      "TypeMismatch",
      `Path '${path}' contains an element of non-array type '${typeName(value)}'`,
    )
    : new MongoFailure(
      "BadValue",
      `The field '${path}' must be an array but is of type ${typeName(value)} in document ${id}`,
    );
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || Long.isLong(value) || value instanceof Decimal128;
}

/** MongoDB's name of a value's type. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (isDocument(value)) return "object";
  if (value instanceof Date) return "date";
  if (value instanceof ObjectId) return "objectId";
  if (Long.isLong(value)) return "long";
  if (value instanceof Decimal128) return "decimal";
  if (value instanceof RegExp) return "regex";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "double";
  return typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "binData";
}
