/**
 * Values of the ClassAd language (HTCondor's "new" ClassAds; the JDL of AliEn is one): numbers, texts, truth,
 * lists, ads, and the two that stand for what is not known and what makes no sense.
 *
 * @module
 */

/** A name that nobody defines. */
export interface Undefined {
  /** Kind of the value. */
  readonly type: "undefined";
}
/** What makes no sense, such as a sum of a text and a number. */
export interface ErrorValue {
  /** Kind of the value. */
  readonly type: "error";
  /** What made no sense, in a few words. */
  readonly reason: string;
}
/** A whole number. */
export interface IntegerValue {
  /** Kind of the value. */
  readonly type: "integer";
  /** The number. */
  readonly value: number;
}
/** A number with a fraction. */
export interface RealValue {
  /** Kind of the value. */
  readonly type: "real";
  /** The number. */
  readonly value: number;
}
/** A text. */
export interface StringValue {
  /** Kind of the value. */
  readonly type: "string";
  /** The text. */
  readonly value: string;
}
/** Truth. */
export interface BooleanValue {
  /** Kind of the value. */
  readonly type: "boolean";
  /** True or false. */
  readonly value: boolean;
}
/** A list of values. */
export interface ListValue {
  /** Kind of the value. */
  readonly type: "list";
  /** Its items, in their order. */
  readonly items: readonly Value[];
}
/** An ad as a value: what `[ … ]` is within an expression. */
export interface AdValue {
  /** Kind of the value. */
  readonly type: "ad";
  /** The ad. */
  readonly ad: ClassAd;
}

/** What an expression is worth. */
export type Value =
  | Undefined
  | ErrorValue
  | IntegerValue
  | RealValue
  | StringValue
  | BooleanValue
  | ListValue
  | AdValue;

/** An expression; see `parse_classad.ts`. */
export type Expression =
  | { readonly kind: "literal"; readonly value: Value }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "ad"; readonly ad: ClassAd }
  /** A name; with a scope it is looked up there alone. */
  | { readonly kind: "name"; readonly scope?: Expression | undefined; readonly name: string }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
    readonly kind: "binary";
    readonly operator: BinaryOperator;
    readonly left: Expression;
    readonly right: Expression;
  }
  | {
    readonly kind: "choice";
    readonly condition: Expression;
    readonly then: Expression;
    readonly otherwise: Expression;
  }
  | { readonly kind: "element"; readonly list: Expression; readonly index: Expression }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Expression[] };

/** Operators before their operand. */
export type UnaryOperator = "-" | "+" | "!";

/** Operators between two operands; `is` and `isnt` are `=?=` and `=!=`. */
export type BinaryOperator =
  | "||"
  | "&&"
  | "=="
  | "!="
  | "is"
  | "isnt"
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

/** Expressions by name. Names are the same whatever their case; the first spelling is kept. */
export class ClassAd {
  readonly #entries = new Map<string, { readonly name: string; readonly expression: Expression }>();

  /** Names as they were written, in order. */
  get names(): string[] {
    return [...this.#entries.values()].map(({ name }) => name);
  }

  /** Finds an expression. */
  get(name: string): Expression | undefined {
    return this.#entries.get(name.toLowerCase())?.expression;
  }

  /** Adds or replaces an expression. */
  set(name: string, expression: Expression): void {
    this.#entries.set(name.toLowerCase(), { name, expression });
  }
}

/** The value that is not known. */
export const UNDEFINED: Undefined = { type: "undefined" };

/** Makes a truth. */
export function truth(value: boolean): BooleanValue {
  return { type: "boolean", value };
}

/** Makes the value of what makes no sense. */
export function nonsense(reason: string): ErrorValue {
  return { type: "error", reason };
}
