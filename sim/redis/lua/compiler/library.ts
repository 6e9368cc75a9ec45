/**
 * The functions that compiled scripts may use.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { formatDouble } from "../../numbers.ts";
import {
  Double,
  ErrorReply,
  Members,
  NullArray,
  Pairs,
  Push,
  type Reply,
  Scored,
  Status,
} from "../../reply.ts";
import { formatText } from "../format.ts";
import { badArgument, issueCommand, sha1Hex, withCode } from "../issue.ts";
import { toRegExp } from "./pattern.ts";
import type { Runtime } from "./runtime.ts";
import { LuaError, LuaTable, type LuaValue, toNumber, toText, typeName } from "./values.ts";

type Args = readonly LuaValue[];

/** A function of the library. */
export interface Builtin {
  /** Its first result. */
  readonly one: (args: Args) => LuaValue;
  /** All results, where there may be more than one or none. */
  readonly many?: (args: Args) => readonly LuaValue[];
}

/** The functions by the names under which scripts find them. */
export function openLibrary(runtime: Runtime): ReadonlyMap<string, Builtin> {
  const functions: Record<string, Builtin | ((args: Args) => LuaValue)> = {
    ...redisFunctions(runtime),
    ...stringFunctions(),
    ...mathFunctions(),
    ...tableFunctions(),
    tonumber: (args) => toNumber(args[0]),
    tostring: (args) => anything(args, 0, "tostring"),
    type: (args) => {
      if (args.length === 0) throw new LuaError("bad argument #1 to 'type' (value expected)");
      return typeName(args[0]);
    },
    unpack: several((args) => {
      const table = tableAt(args, 0, "unpack");
      const first = args[1] === undefined ? 1 : numberAt(args, 1, "unpack");
      const last = args[2] === undefined ? table.items.length : numberAt(args, 2, "unpack");
      if (last - first + 1 >= 8000) throw new LuaError("too many results to unpack");
      const values: LuaValue[] = [];
      for (let index = first; index <= last; index++) values.push(table.get(index));
      return values;
    }),
  };
  return new Map(
    Object.entries(functions).map((
      [name, member],
    ) => [name, typeof member === "function" ? { one: member } : member]),
  );
}

function several(many: (args: Args) => readonly LuaValue[]): Builtin {
  return { one: (args) => many(args)[0], many };
}

function redisFunctions({ commands, context }: Runtime) {
  const issue = (args: Args): Reply => {
    const words = new Array<Bytes>(args.length);
    for (let index = 0; index < args.length; index++) {
      const value = args[index];
      const word = typeof value === "number" ? formatDouble(value) : value;
      if (typeof word !== "string") return badArgument();
      words[index] = word;
    }
    return issueCommand(words, commands, context);
  };
  const textOf = (args: Args): Bytes => {
    const text = args.length === 1 ? toText(args[0]) : undefined;
    if (text === undefined) throw new LuaError("wrong number or type of arguments");
    return text;
  };
  return {
    "redis.call": (args: Args) => {
      const reply = issue(args);
      if (reply instanceof ErrorReply) throw new LuaError(reply.message, { isReply: true });
      return toLua(reply);
    },
    "redis.pcall": (args: Args) => toLua(issue(args)),
    "redis.error_reply": (args: Args) => marked("err", withCode(textOf(args))),
    "redis.status_reply": (args: Args) => marked("ok", textOf(args)),
    "redis.sha1hex": (args: Args) => {
      if (args.length !== 1) throw new LuaError("wrong number of arguments");
      return sha1Hex(toText(args[0]) ?? "");
    },
  };
}

/** A command's answer in the form that scripts know. */
function toLua(reply: Reply): LuaValue {
  if (typeof reply === "string" || typeof reply === "number") return reply;
  if (reply === null || reply instanceof NullArray) return false;
  if (typeof reply === "bigint") return Number(reply);
  if (reply instanceof Status) return marked("ok", reply.text);
  if (reply instanceof ErrorReply) return marked("err", reply.message);
  if (reply instanceof Double) return formatDouble(reply.value);
  const isWrapped = reply instanceof Pairs || reply instanceof Members ||
    reply instanceof Scored || reply instanceof Push;
  const items = isWrapped ? reply.items : reply;
  const values = new Array<LuaValue>(items.length);
  for (let index = 0; index < items.length; index++) values[index] = toLua(items[index] ?? null);
  return new LuaTable(values);
}

function marked(name: "ok" | "err", text: Bytes): LuaTable {
  const table = new LuaTable();
  table.set(name, text);
  return table;
}

function stringFunctions() {
  return {
    "string.len": (args: Args) => textAt(args, 0, "len").length,
    "string.lower": (args: Args) => textAt(args, 0, "lower").replace(/[A-Z]+/g, toLower),
    "string.upper": (args: Args) => textAt(args, 0, "upper").replace(/[a-z]+/g, toUpper),
    "string.sub": (args: Args) => {
      const text = textAt(args, 0, "sub");
      const first = place(numberAt(args, 1, "sub"), text.length);
      const last = args[2] === undefined ? -1 : numberAt(args, 2, "sub");
      return text.slice(Math.max(1, first) - 1, Math.max(0, place(last, text.length)));
    },
    "string.format": (args: Args) =>
      formatText(textAt(args, 0, "format"), {
        number: (argument) => numberAt(args, argument - 1, "format"),
        text: (argument) => textAt(args, argument - 1, "format"),
        anything: (argument) => anything(args, argument - 1, "format"),
        fail: (message) => {
          throw new LuaError(message);
        },
      }),
    "string.match": several((args) => {
      const found = find(args, "match");
      if (found === null) return [undefined];
      return found.length > 1 ? found.slice(1) : [found[0]];
    }),
    "string.find": several((args) => {
      if (args[3] !== undefined && args[3] !== false) return findPlain(args);
      const found = find(args, "find");
      if (found === null) return [undefined];
      return [found.index + 1, found.index + found[0].length, ...found.slice(1)];
    }),
  };
}

const toLower = (text: string) => text.toLowerCase();
const toUpper = (text: string) => text.toUpperCase();

/** A place in a text, counted from its end where it is negative. */
function place(index: number, length: number): number {
  const whole = Math.trunc(index);
  return whole < 0 ? length + whole + 1 : whole;
}

function startOf(args: Args, name: string, length: number): number {
  const index = args[2] === undefined ? 1 : numberAt(args, 2, name);
  return Math.max(1, place(index, length)) - 1;
}

function find(args: Args, name: string): RegExpExecArray | null {
  const text = textAt(args, 0, name);
  const expression = toRegExp(textAt(args, 1, name));
  // Lua 5.1 looks at the end of a text for what begins behind it.
  expression.lastIndex = Math.min(startOf(args, name, text.length), text.length);
  return expression.exec(text);
}

function findPlain(args: Args): readonly LuaValue[] {
  const text = textAt(args, 0, "find");
  const sought = textAt(args, 1, "find");
  const start = Math.min(startOf(args, "find", text.length), text.length);
  const index = text.indexOf(sought, start);
  return index < 0 ? [undefined] : [index + 1, index + sought.length];
}

function mathFunctions() {
  const unary = (name: string, compute: (value: number) => number) => (args: Args) =>
    compute(numberAt(args, 0, name));
  const fold = (name: string, compute: (...values: number[]) => number) => (args: Args) =>
    compute(numberAt(args, 0, name), ...args.slice(1).map((_, at) => numberAt(args, at + 1, name)));
  return {
    "math.abs": unary("abs", Math.abs),
    "math.ceil": unary("ceil", Math.ceil),
    "math.floor": unary("floor", Math.floor),
    "math.max": fold("max", Math.max),
    "math.min": fold("min", Math.min),
  };
}

function tableFunctions() {
  return {
    "table.insert": several((args) => {
      const table = tableAt(args, 0, "insert");
      if (args.length === 2) table.set(table.items.length + 1, args[1]);
      else if (args.length === 3) insertAt(table, numberAt(args, 1, "insert"), args[2]);
      else throw new LuaError("wrong number of arguments to 'insert'");
      return [];
    }),
    "table.concat": (args: Args) => {
      const table = tableAt(args, 0, "concat");
      const separator = args[1] === undefined ? "" : textAt(args, 1, "concat");
      const first = args[2] === undefined ? 1 : numberAt(args, 2, "concat");
      const last = args[3] === undefined ? table.items.length : numberAt(args, 3, "concat");
      const parts: Bytes[] = [];
      for (let index = first; index <= last; index++) {
        const value = table.get(index);
        const text = toText(value);
        if (text === undefined) {
          const what = `invalid value (${typeName(value)}) at index ${index}`;
          throw new LuaError(`${what} in table for 'concat'`);
        }
        parts.push(text);
      }
      return parts.join(separator);
    },
  };
}

function insertAt(table: LuaTable, index: number, value: LuaValue): void {
  const { length } = table.items;
  if (index < 1 || index > length + 1 || !Number.isInteger(index)) {
    throw new LuaError("bad argument #2 to 'insert' (position out of bounds)");
  }
  for (let at = length; at >= index; at--) table.set(at + 1, table.get(at));
  table.set(index, value);
}

function typeAt(args: Args, index: number): string {
  return index < args.length ? typeName(args[index]) : "no value";
}

function badType(args: Args, index: number, name: string, wanted: string): never {
  const got = typeAt(args, index);
  throw new LuaError(`bad argument #${index + 1} to '${name}' (${wanted} expected, got ${got})`);
}

function numberAt(args: Args, index: number, name: string): number {
  const value = args[index];
  return typeof value === "number"
    ? value
    : toNumber(value) ?? badType(args, index, name, "number");
}

function textAt(args: Args, index: number, name: string): Bytes {
  const value = args[index];
  return typeof value === "string" ? value : toText(value) ?? badType(args, index, name, "string");
}

function tableAt(args: Args, index: number, name: string): LuaTable {
  const value = args[index];
  return value instanceof LuaTable ? value : badType(args, index, name, "table");
}

/** Any value in print; tables and functions have no address here. */
function anything(args: Args, index: number, name: string): Bytes {
  if (index >= args.length) {
    throw new LuaError(`bad argument #${index + 1} to '${name}' (value expected)`);
  }
  const value = args[index];
  if (value === undefined) return "nil";
  return toText(value) ?? (typeof value === "boolean" ? `${value}` : `${typeName(value)}: 0x0`);
}
