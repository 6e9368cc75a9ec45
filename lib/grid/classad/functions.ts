/**
 * Functions of the ClassAd language that job descriptions use. There is none for time, chance or patterns:
 * an expression is worth the same whenever it is asked, and cannot keep anybody busy.
 *
 * @module
 */
import { applyBinary, isSame, wholeNumber } from "./operators.ts";
import { nonsense, truth, UNDEFINED, type Value } from "./value.ts";

/** A function of values. */
export type ClassAdFunction = (values: readonly Value[]) => Value;

/** A test for one type. */
function isType(...types: readonly Value["type"][]): ClassAdFunction {
  return ([value = UNDEFINED]) => truth(types.includes(value.type));
}

/** A function that is undefined or an error where its first value is. */
function strict(apply: ClassAdFunction): ClassAdFunction {
  return (values) =>
    values.find(({ type }) => type === "error") ??
      values.find(({ type }) => type === "undefined") ?? apply(values);
}

function ofText(apply: (text: string) => Value): ClassAdFunction {
  return strict(([value = UNDEFINED]) =>
    value.type === "string" ? apply(value.value) : nonsense(`a ${value.type} is no text`)
  );
}

function ofNumber(apply: (value: number) => Value): ClassAdFunction {
  return strict(([value = UNDEFINED]) =>
    value.type === "integer" || value.type === "real"
      ? apply(value.value)
      : nonsense(`a ${value.type} is no number`)
  );
}

/** True where an item of the list is equal to the value; items that are not known count as different. */
function member(isEqual: (item: Value, value: Value) => boolean): ClassAdFunction {
  return (values) => {
    // AliEn writes member(list, value), the reference member(value, list).
    const list = values.find(({ type }) => type === "list");
    const value = values.find((candidate) => candidate !== list);
    if (values.some(({ type }) => type === "undefined")) return UNDEFINED;
    if (list?.type !== "list" || value === undefined) return nonsense("member() needs a list");
    return truth(list.items.some((item) => isEqual(item, value)));
  };
}

function isEqual(item: Value, value: Value): boolean {
  const equal = applyBinary("==", item, value);
  return equal.type === "boolean" && equal.value;
}

function text(value: Value): string | undefined {
  switch (value.type) {
    case "string":
      return value.value;
    case "integer":
    case "real":
    case "boolean":
      return String(value.value);
    default:
      return undefined;
  }
}

function joined(values: readonly Value[]): Value {
  const texts = values.map(text);
  const odd = texts.indexOf(undefined);
  return odd < 0
    ? { type: "string", value: texts.join("") }
    : nonsense(`a ${values[odd]?.type} is no text`);
}

function sizeOf([value = UNDEFINED]: readonly Value[]): Value {
  if (value.type === "string") return wholeNumber(value.value.length);
  if (value.type === "list") return wholeNumber(value.items.length);
  return value.type === "ad"
    ? wholeNumber(value.ad.names.length)
    : nonsense(`a ${value.type} has no size`);
}

function part([value = UNDEFINED, from = UNDEFINED, length]: readonly Value[]): Value {
  if (value.type !== "string" || from.type !== "integer") return nonsense("substr() needs a text");
  const start = from.value < 0 ? Math.max(0, value.value.length + from.value) : from.value;
  const rest = value.value.slice(start);
  if (length === undefined) return { type: "string", value: rest };
  if (length.type !== "integer") return nonsense("substr() needs a length");
  return { type: "string", value: rest.slice(0, length.value) };
}

function toInteger([value = UNDEFINED]: readonly Value[]): Value {
  const number = Number(text(value) ?? NaN);
  if (value.type === "boolean") return wholeNumber(Number(value.value));
  return Number.isNaN(number)
    ? nonsense(`a ${value.type} is no number`)
    : wholeNumber(Math.trunc(number));
}

/** All functions; names in lower case, for they are the same whatever their case. */
export const FUNCTIONS: ReadonlyMap<string, ClassAdFunction> = new Map([
  ["isundefined", isType("undefined")],
  ["iserror", isType("error")],
  ["isstring", isType("string")],
  ["isinteger", isType("integer")],
  ["isreal", isType("real")],
  ["isboolean", isType("boolean")],
  ["islist", isType("list")],
  ["isclassad", isType("ad")],
  ["member", strict(member(isEqual))],
  ["identicalmember", strict(member(isSame))],
  ["size", strict(sizeOf)],
  ["strcat", strict(joined)],
  ["substr", strict(part)],
  ["toupper", ofText((value) => ({ type: "string", value: value.toUpperCase() }))],
  ["tolower", ofText((value) => ({ type: "string", value: value.toLowerCase() }))],
  ["int", strict(toInteger)],
  ["real", ofNumber((value) => ({ type: "real", value }))],
  ["string", strict((values) => joined(values.slice(0, 1)))],
  ["floor", ofNumber((value) => wholeNumber(Math.floor(value)))],
  ["ceiling", ofNumber((value) => wholeNumber(Math.ceil(value)))],
  ["round", ofNumber((value) => wholeNumber(Math.round(value)))],
]);
