/**
 * Compiles expressions.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { Builtin } from "./library.ts";
import { binary, type Evaluate, named, type Operand, raise, unary } from "./operators.ts";
import { toRegExp } from "./pattern.ts";
import { type Frame, outer, type Runtime } from "./runtime.ts";
import { type Place, Scope } from "./scope.ts";
import { type Token, tokensOf } from "./tokens.ts";
import { Unsupported } from "./unsupported.ts";
import { LuaError, LuaTable, type LuaValue } from "./values.ts";

/** A compiled expression. */
export interface Expression extends Operand {
  /** All values, where there may be more or fewer than one: that of a call. */
  readonly many?: ((frame: Frame) => readonly LuaValue[]) | undefined;
  /** Assigns to it, where that can be done. */
  readonly assign?: ((frame: Frame, value: LuaValue) => void) | undefined;
  /** The text that it always is. */
  readonly constant?: Bytes | undefined;
  /** The library's function that it always is, and its name. */
  readonly builtin?: Builtin | undefined;
}

/** Left and right binding power of the operators; concatenation and powers bind to the right. */
const POWERS: Readonly<Record<string, readonly [left: number, right: number]>> = {
  or: [1, 1],
  and: [2, 2],
  "<": [3, 3],
  ">": [3, 3],
  "<=": [3, 3],
  ">=": [3, 3],
  "~=": [3, 3],
  "==": [3, 3],
  "..": [5, 4],
  "+": [6, 6],
  "-": [6, 6],
  "*": [7, 7],
  "/": [7, 7],
  "%": [7, 7],
  "^": [10, 9],
};
const UNARY_POWER = 8;
/** Deepest nesting of expressions and blocks. */
const DEEPEST = 150;
/** Functions whose patterns must be known when they are compiled. */
const MATCHING: ReadonlySet<string> = new Set(["string.match", "string.find"]);
/** Functions that are compiled only with that number of arguments. */
const ARGUMENTS: ReadonlyMap<string, number> = new Map([["tonumber", 1]]);

/** Reads a script and compiles its expressions. */
export abstract class ExpressionCompiler {
  protected readonly runtime: Runtime;
  protected scope: Scope = new Scope(undefined, true);
  readonly #library: ReadonlyMap<string, Builtin>;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  /**
   * @param source The script.
   * @param runtime What it will find when it runs.
   * @param library The functions that it may use.
   */
  constructor(source: Bytes, runtime: Runtime, library: ReadonlyMap<string, Builtin>) {
    this.#tokens = tokensOf(source);
    this.runtime = runtime;
    this.#library = library;
  }

  /** Compiles a function from its parameters to its `end`. */
  protected abstract functionBody(): Expression;

  /** The next word. */
  protected get next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", value: 0, line: 0 };
  }

  /** Takes the next word. */
  protected take(): Token {
    const token = this.next;
    this.#at++;
    return token;
  }

  /** Takes the next word where it is of that kind; true where it is. */
  protected accept(kind: string): boolean {
    const isNext = this.next.kind === kind;
    if (isNext) this.#at++;
    return isNext;
  }

  /** Takes the next word, which must be of that kind. */
  protected expect(kind: string): Token {
    if (this.next.kind !== kind) this.fail();
    return this.take();
  }

  /** Leaves the script to the interpreter. */
  protected fail(): never {
    const { kind, text, line } = this.next;
    throw new Unsupported(`${text === "" ? kind : text} in line ${line}`);
  }

  /** Compiles one level further down. */
  protected deeper<T>(compile: () => T): T {
    if (++this.#depth > DEEPEST) this.fail();
    const result = compile();
    this.#depth--;
    return result;
  }

  /** Compiles expressions parted by commas. */
  protected list(): Expression[] {
    const list = [this.expression()];
    while (this.accept(",")) list.push(this.expression());
    return list;
  }

  /** Compiles an expression whose operators bind at least so much. */
  protected expression(least = 0): Expression {
    return this.deeper(() => {
      let left = this.#operand();
      for (;;) {
        const { kind, line } = this.next;
        const powers = POWERS[kind];
        if (powers === undefined || powers[0] <= least) return left;
        this.take();
        left = { one: binary(kind, left, this.expression(powers[1]), line) };
      }
    });
  }

  #operand(): Expression {
    const { kind, line, text, value } = this.next;
    switch (kind) {
      case "not":
      case "-":
      case "#":
        this.take();
        return { one: unary(kind, this.expression(UNARY_POWER), line) };
      case "nil":
        this.take();
        return { one: () => undefined };
      case "true":
      case "false":
        this.take();
        return { one: () => kind === "true" };
      case "number":
        this.take();
        return { one: () => value };
      case "text":
        this.take();
        return { one: () => text, constant: text };
      case "function":
        this.take();
        return this.functionBody();
      case "{":
        return this.#table();
    }
    return this.suffixed();
  }

  /** Compiles a variable, what stands in it, or a call. */
  protected suffixed(): Expression {
    let base = this.#primary();
    for (;;) {
      const { kind, text, line } = this.next;
      if (kind === "." || kind === "[") base = this.#index(base);
      else if (kind === "(" || kind === "text" || kind === "{") {
        if (base.builtin !== undefined) base = this.#builtinCall(base.builtin, base.title ?? "");
        else base = this.#call(base);
      } else if (kind === ":") throw new Unsupported(`the method ${text} in line ${line}`);
      else return base;
    }
  }

  #primary(): Expression {
    if (this.accept("(")) {
      const { one } = this.expression();
      this.expect(")");
      return { one };
    }
    const { text } = this.expect("name");
    const place = this.scope.find(text);
    if (place !== undefined) return variable(text, place);
    if (text === "KEYS") return { one: () => this.runtime.keys, title: "global 'KEYS'" };
    if (text === "ARGV") return { one: () => this.runtime.argv, title: "global 'ARGV'" };
    let name = text;
    if (this.next.kind === ".") {
      this.take();
      name = `${text}.${this.expect("name").text}`;
    }
    const builtin = this.#library.get(name);
    if (builtin === undefined || !(["(", "text", "{"].includes(this.next.kind))) {
      throw new Unsupported(`the global ${name}`);
    }
    return { one: () => undefined, builtin, title: name };
  }

  #index(base: Expression): Expression {
    const { kind, line } = this.take();
    let key: Expression;
    if (kind === ".") {
      const { text } = this.expect("name");
      key = { one: () => text, constant: text };
    } else {
      key = this.expression();
      this.expect("]");
    }
    const tableOf = (frame: Frame): LuaTable => {
      const table = base.one(frame);
      if (table instanceof LuaTable) return table;
      return raise(`attempt to index ${named(table, base)}`, line);
    };
    const { one } = key;
    return {
      one: (frame) => tableOf(frame).get(one(frame)),
      assign: (frame, value) => {
        const table = tableOf(frame);
        const index = one(frame);
        if (index === undefined) raise("table index is nil", line);
        if (Number.isNaN(index)) raise("table index is NaN", line);
        table.set(index, value);
      },
      title: `field '${key.constant ?? "?"}'`,
    };
  }

  /** Compiles the arguments of a call. */
  #arguments(): readonly Expression[] {
    if (this.next.kind === "text" || this.next.kind === "{") return [this.#operand()];
    this.expect("(");
    if (this.accept(")")) return [];
    const list = this.list();
    this.expect(")");
    return list;
  }

  #call(base: Expression): Expression {
    const { line } = this.next;
    const values = allOf(this.#arguments());
    const many = (frame: Frame): readonly LuaValue[] => {
      const callee = base.one(frame);
      const args = values(frame);
      if (typeof callee !== "function") {
        return raise(`attempt to call ${named(callee, base)}`, line);
      }
      return callee(args);
    };
    return { one: (frame) => many(frame)[0], many };
  }

  #builtinCall({ one, many }: Builtin, name: string): Expression {
    const { line } = this.next;
    const args = this.#arguments();
    const wanted = ARGUMENTS.get(name) ?? args.length;
    if (args.length !== wanted || (ARGUMENTS.has(name) && args[0]?.many !== undefined)) this.fail();
    if (MATCHING.has(name)) checkPattern(name, args);
    const values = allOf(args);
    const call = <Result>(callee: (args: readonly LuaValue[]) => Result) => (frame: Frame) => {
      const given = values(frame);
      try {
        return callee(given);
      } catch (error) {
        throw located(error, line);
      }
    };
    const all = call(many ?? ((given) => [one(given)]));
    return { one: call(one), many: all };
  }

  #table(): Expression {
    this.expect("{");
    const items: Expression[] = [];
    const fields: { readonly key: Evaluate; readonly value: Evaluate; readonly line: number }[] =
      [];
    while (this.next.kind !== "}") {
      const { kind, line } = this.next;
      const isNamed = kind === "name" && this.#tokens[this.#at + 1]?.kind === "=";
      if (isNamed || kind === "[") {
        const { text } = this.take();
        const key = isNamed ? () => text : this.expression().one;
        if (!isNamed) this.expect("]");
        this.expect("=");
        fields.push({ key, value: this.expression().one, line });
      } else items.push(this.expression());
      if (!this.accept(",") && !this.accept(";")) break;
    }
    this.expect("}");
    const values = allOf(items);
    return {
      one: (frame) => {
        const table = new LuaTable(values(frame));
        for (const { key, value, line } of fields) {
          const name = key(frame);
          if (name === undefined) raise("table index is nil", line);
          table.set(name, value(frame));
        }
        return table;
      },
    };
  }
}

/** A local variable. */
function variable(
  name: Bytes,
  { depth, slot, isUpvalue }: Place,
): Expression {
  const title = `${isUpvalue ? "upvalue" : "local"} '${name}'`;
  if (depth === 0) {
    return {
      one: (frame) => frame.slots[slot],
      assign: (frame, value) => void (frame.slots[slot] = value),
      title,
    };
  }
  return {
    one: (frame) => outer(frame, depth).slots[slot],
    assign: (frame, value) => void (outer(frame, depth).slots[slot] = value),
    title,
  };
}

/** Computes the values of expressions, all those of the last one among them. */
export function allOf(list: readonly Expression[]): (frame: Frame) => LuaValue[] {
  const last = list.at(-1)?.many;
  const single = (last === undefined ? list : list.slice(0, -1)).map(({ one }) => one);
  const count = single.length;
  const computeSingle = (frame: Frame): LuaValue[] => {
    // With its length known at once, a list takes no more room than it needs.
    const values = new Array<LuaValue>(count);
    for (let index = 0; index < count; index++) values[index] = single[index]?.(frame);
    return values;
  };
  if (last === undefined) return computeSingle;
  return (frame) => {
    const values = computeSingle(frame);
    for (const value of last(frame)) values.push(value);
    return values;
  };
}

function checkPattern(name: string, [, pattern, , plain]: readonly Expression[]): void {
  if (name === "string.find" && plain !== undefined) return;
  if (pattern?.constant === undefined) throw new Unsupported("a pattern that is made at run time");
  toRegExp(pattern.constant);
}

/** Adds the line to an error that has none. */
function located(error: unknown, line: number): unknown {
  if (!(error instanceof LuaError) || error.line > 0) return error;
  if (!error.isReply) return new LuaError(`user_script:${line}: ${error.message}`, { line });
  error.line = line;
  return error;
}
