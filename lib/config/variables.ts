/**
 * Declarations of configuration variables, and the types of the values that they yield.
 *
 * @module
 */

import type { Jid } from "../protocol/jid.ts";

/** What every declaration says. */
export interface VariableBase {
  /** Name in files and in the environment, such as `JM_REDIS_SERVER`. */
  readonly name: string;
  /** What it is for, in a few words. */
  readonly meaning: string;
  /** A value that would be right. */
  readonly example: string;
  /** Older or other names of the same variable; the name proper wins over them. Default: none. */
  readonly aliases?: readonly string[];
  /** Whether the component cannot start without it. Default: false. */
  readonly required?: boolean;
  /** Whether the value must not be printed. Default: false. */
  readonly secret?: boolean;
  /**
   * Why it is read though it changes nothing, as the end of a sentence; setting it gives a warning that
   * says so. Default: it has an effect.
   */
  readonly withoutEffect?: string;
  /** Long flag that sets it besides `--set`, without the dashes. Default: none. */
  readonly flag?: string;
}

/** One word of text. */
export interface TextVariable extends VariableBase {
  /** Marks a word of text. */
  readonly kind: "text";
  /** Value where it is set nowhere. Default: none. */
  readonly default?: string;
}

/** Path of a file or a directory; a relative one starts at the working directory. */
export interface PathVariable extends VariableBase {
  /** Marks a path. */
  readonly kind: "path";
  /** Value where it is set nowhere. Default: none. */
  readonly default?: string;
}

/** A whole number, a length of time in seconds, or a size in bytes. */
export interface NumberVariable extends VariableBase {
  /** What the number counts. */
  readonly kind: "integer" | "seconds" | "bytes";
  /** Value where it is set nowhere, in the unit of the kind. Default: none. */
  readonly default?: number;
  /** Smallest allowed value. Default: 0. */
  readonly min?: number;
  /** Largest allowed value. Default: 2^53 - 1. */
  readonly max?: number;
}

/** A switch; off where it is neither set nor given a default. */
export interface BooleanVariable extends VariableBase {
  /** Marks a switch. */
  readonly kind: "boolean";
  /** Value where it is set nowhere. Default: off. */
  readonly default?: boolean;
}

/** A Jabber identifier. */
export interface JidVariable extends VariableBase {
  /** Marks a Jabber identifier. */
  readonly kind: "jid";
  /** Value where it is set nowhere. Default: none. */
  readonly default?: string;
}

/** One of a few words. */
export interface ChoiceVariable extends VariableBase {
  /** Marks a choice. */
  readonly kind: "choice";
  /** The words to choose from. */
  readonly choices: readonly string[];
  /** Value where it is set nowhere. Default: none. */
  readonly default?: string;
}

/** Declaration of one variable. */
export type Variable =
  | TextVariable
  | PathVariable
  | NumberVariable
  | BooleanVariable
  | JidVariable
  | ChoiceVariable;

/** Declarations of a component, by the property that holds the value. */
export type Variables = Readonly<Record<string, Variable>>;

/** Type of a variable's value. */
export type ValueOf<V extends Variable> = V extends ChoiceVariable ? V["choices"][number]
  : V extends NumberVariable ? number
  : V extends BooleanVariable ? boolean
  : V extends JidVariable ? Jid
  : string;

/** Whether a loaded configuration always has a value for the variable. */
export type IsAlwaysSet<V extends Variable> = V extends { kind: "boolean" } ? true
  : V extends { required: true } ? true
  : V extends { default: string | number } ? true
  : false;

/** Values of a component's variables, typed by their declarations. */
export type ConfigOf<V extends Variables> = {
  readonly [K in keyof V]: IsAlwaysSet<V[K]> extends true ? ValueOf<V[K]>
    : ValueOf<V[K]> | undefined;
};

/**
 * Declares variables; gives them back with the narrowest types, from which
 * {@linkcode ConfigOf} infers the configuration.
 *
 * @example
 * ```ts
 * import { type ConfigOf, defineVariables } from "./variables.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const variables = defineVariables({
 *   redisServer: {
 *     name: "JM_REDIS_SERVER",
 *     kind: "text",
 *     meaning: "Machine on which Redis runs",
 *     example: "localhost",
 *     required: true,
 *   },
 * });
 * const config: ConfigOf<typeof variables> = { redisServer: "localhost" };
 * assertEquals(config.redisServer.length, 9); // a string: required, so never undefined
 * ```
 *
 * @param variables The declarations, by the property that is to hold the value.
 * @returns The same object.
 */
export function defineVariables<const V extends Variables>(variables: V): V {
  return variables;
}
