/**
 * The values of compiled scripts: strings are byte strings, numbers are doubles, `nil` is `undefined`.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { formatNumber } from "../format.ts";

/** A Lua function. */
export type LuaFunction = (args: readonly LuaValue[]) => readonly LuaValue[];

/** A Lua value. */
export type LuaValue = undefined | boolean | number | Bytes | LuaTable | LuaFunction;

/** An error that a script raises or meets. */
export class LuaError extends Error {
  override readonly name = "LuaError";
  /** Line that raised it; 0 until it is known. */
  line: number;
  /** Whether the text is a whole error of Redis, with its code. */
  readonly isReply: boolean;

  /**
   * @param message The text.
   * @param options Where it was raised, if that is known, and whether it is an error of Redis.
   */
  constructor(
    message: Bytes,
    options: { readonly line?: number; readonly isReply?: boolean } = {},
  ) {
    super(message);
    this.line = options.line ?? 0;
    this.isReply = options.isReply ?? false;
  }
}

/** A Lua table. */
export class LuaTable {
  /** Values of the keys 1, 2, 3 …; the last one is not nil. */
  readonly items: LuaValue[];
  #others: Map<LuaValue, LuaValue> | undefined;

  /** @param items Values of the keys 1, 2, 3 …; becomes the table's own. Default: none. */
  constructor(items: LuaValue[] = []) {
    this.items = items;
    if (items.length > 0 && items.at(-1) === undefined) this.#trim();
  }

  /** The value of a key. */
  get(key: LuaValue): LuaValue {
    if (typeof key === "number") {
      const item = this.items[key - 1];
      if (item !== undefined) return item;
    }
    return this.#others?.get(key);
  }

  /** Sets the value of a key, which is neither nil nor NaN. */
  set(key: LuaValue, value: LuaValue): void {
    const { items } = this;
    const { length } = items;
    if (typeof key === "number" && key >= 1 && key <= length + 1 && Number.isInteger(key)) {
      if (key > length) return this.#append(value);
      items[key - 1] = value;
      if (value === undefined && key === length) this.#trim();
    } else if (value === undefined) this.#others?.delete(key);
    else (this.#others ??= new Map()).set(key, value);
  }

  /** Keys that have a value: 1, 2, 3 … first. */
  keys(): LuaValue[] {
    const keys: LuaValue[] = [];
    for (const [index, item] of this.items.entries()) if (item !== undefined) keys.push(index + 1);
    return this.#others === undefined ? keys : [...keys, ...this.#others.keys()];
  }

  #append(value: LuaValue): void {
    const { items } = this;
    const others = this.#others;
    if (value === undefined) {
      others?.delete(items.length + 1);
      return;
    }
    items.push(value);
    if (others === undefined || others.size === 0) return;
    // What stood alone beyond the end may now follow it.
    others.delete(items.length);
    for (let next = others.get(items.length + 1); next !== undefined;) {
      others.delete(items.length + 1);
      items.push(next);
      next = others.get(items.length + 1);
    }
  }

  #trim(): void {
    const { items } = this;
    while (items.length > 0 && items.at(-1) === undefined) items.pop();
  }
}

/** Name of a value's type. */
export function typeName(value: LuaValue): string {
  if (value === undefined) return "nil";
  return value instanceof LuaTable ? "table" : typeof value;
}

/** What `Number` reads as Lua does, blanks around it left out. */
const NUMERAL = /^[ \t-\r]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t-\r]*$/;
const HEXADECIMAL = /^[ \t-\r]*(-?)(0[xX][\da-fA-F]+)[ \t-\r]*$/;

/** The number that a number or a text stands for; `undefined` where it stands for none. */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (NUMERAL.test(value)) return Number(value);
  const [, sign, hexadecimal] = HEXADECIMAL.exec(value) ?? [];
  if (hexadecimal === undefined) return undefined;
  return sign === "-" ? -Number(hexadecimal) : Number(hexadecimal);
}

/** The text of a text or a number; `undefined` for anything else. */
export function toText(value: LuaValue): Bytes | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? formatNumber(value) : undefined;
}
