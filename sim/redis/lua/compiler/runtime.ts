/**
 * What compiled code finds when it runs.
 *
 * @module
 */
import type { CommandTable } from "../../command.ts";
import type { ScriptContext } from "../issue.ts";
import { LuaError, LuaTable, type LuaValue } from "./values.ts";

/** Variables of one call of a function, or of one turn of a loop. */
export class Frame {
  /** The variables. */
  readonly slots: LuaValue[] = [];

  /** @param parent Those of the function or the loop around it. */
  constructor(readonly parent: Frame | undefined) {}
}

/** The frame so many levels further out. */
export function outer(frame: Frame, depth: number): Frame {
  let found = frame;
  for (let level = 0; level < depth; level++) found = found.parent ?? found;
  return found;
}

/** Shared by all scripts of one engine; they run one at a time. */
export class Runtime {
  /** `KEYS` of the running script. */
  keys: LuaTable = new LuaTable();
  /** `ARGV` of the running script. */
  argv: LuaTable = new LuaTable();
  #stepsLeft = 0;
  #stepLimit = 0;

  /**
   * @param commands The commands that scripts may issue.
   * @param context Who runs the script.
   */
  constructor(readonly commands: CommandTable, readonly context: ScriptContext) {}

  /** Allows a script so many turns of loops and calls of functions. */
  allow(steps: number): void {
    this.#stepsLeft = steps;
    this.#stepLimit = steps;
  }

  /**
   * Takes one turn or call.
   *
   * @param line Line of the loop or the function.
   * @throws {LuaError} When there have been too many.
   */
  step(line: number): void {
    if (--this.#stepsLeft >= 0) return;
    const message = `Script stopped after ${this.#stepLimit} instructions`;
    throw new LuaError(`user_script:${line}: ${message}`, { line });
  }
}
