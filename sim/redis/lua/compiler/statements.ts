/**
 * Compiles statements and functions.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { allOf, type Expression, ExpressionCompiler } from "./expressions.ts";
import { type Evaluate, isTrue, raise } from "./operators.ts";
import { Frame } from "./runtime.ts";
import { Scope } from "./scope.ts";
import { Unsupported } from "./unsupported.ts";
import { type LuaFunction, LuaTable, type LuaValue, toNumber, typeName } from "./values.ts";

/** Leaves the innermost loop. */
const BREAK = Symbol("break");
/** How a statement ends: by a break, with a function's results, or with nothing special. */
type Flow = typeof BREAK | readonly LuaValue[] | undefined;
type Statement = (frame: Frame) => Flow;

const NOTHING: readonly LuaValue[] = [];
const BLOCK_ENDS: ReadonlySet<string> = new Set(["end", "else", "elseif", "until"]);

/** Compiles whole scripts. */
export class ScriptCompiler extends ExpressionCompiler {
  /**
   * Compiles the script.
   *
   * @returns Runs it once and returns its first result.
   * @throws {Unsupported} Where it uses what is not compiled.
   */
  compile(): () => LuaValue {
    const body = this.#block();
    if (this.next.kind !== "end" || this.next.line === 0) this.fail();
    return () => {
      const flow = body(new Frame(undefined));
      return flow === undefined || flow === BREAK ? undefined : flow[0];
    };
  }

  /** See {@linkcode ExpressionCompiler.functionBody}. */
  protected override functionBody(): Expression {
    const { line } = this.next;
    const scope = new Scope(this.scope, true);
    this.scope = scope;
    this.expect("(");
    const parameters: number[] = [];
    while (this.next.kind !== ")") {
      parameters.push(scope.declare(this.expect("name").text));
      if (!this.accept(",")) break;
    }
    this.expect(")");
    const body = this.#block();
    this.expect("end");
    if (scope.parent !== undefined) this.scope = scope.parent;
    const { runtime } = this;
    const make = (parent: Frame): LuaFunction => (args) => {
      runtime.step(line);
      const frame = new Frame(parent);
      for (let index = 0; index < parameters.length; index++) frame.slots.push(args[index]);
      const flow = body(frame);
      return flow === undefined || flow === BREAK ? NOTHING : flow;
    };
    return { one: make };
  }

  /** Compiles statements up to the word that ends their block; that word is left. */
  #block(): Statement {
    return this.deeper(() => {
      const statements: Statement[] = [];
      this.scope.enter();
      while (!BLOCK_ENDS.has(this.next.kind)) {
        const isLast = this.next.kind === "return" || this.next.kind === "break";
        statements.push(this.#statement());
        this.accept(";");
        if (isLast && !BLOCK_ENDS.has(this.next.kind)) this.fail();
      }
      this.scope.leave();
      return inSequence(statements);
    });
  }

  #statement(): Statement {
    switch (this.next.kind) {
      case "local":
        this.take();
        return this.accept("function") ? this.#localFunction() : this.#local();
      case "if":
        return this.#if();
      case "while":
        return this.#while();
      case "for":
        return this.#for();
      case "repeat":
        return this.#repeat();
      case "return":
        return this.#return();
      case "break":
        if (this.scope.isFunction) this.fail();
        this.take();
        return () => BREAK;
      case "do": {
        this.take();
        const body = this.#block();
        this.expect("end");
        return body;
      }
      default:
        return this.#assignmentOrCall();
    }
  }

  #localFunction(): Statement {
    const slot = this.scope.declare(this.expect("name").text);
    const { one } = this.functionBody();
    return store(slot, one);
  }

  #local(): Statement {
    const names: Bytes[] = [];
    do names.push(this.expect("name").text); while (this.accept(","));
    const list = this.accept("=") ? this.list() : [];
    // The variables are seen only behind the statement.
    const slots = names.map((name) => this.scope.declare(name));
    const [slot] = slots;
    if (slot !== undefined && slots.length === 1 && list.length <= 1) {
      return store(slot, list[0]?.one ?? (() => undefined));
    }
    const values = allOf(list);
    return (frame) => {
      const given = values(frame);
      for (let index = 0; index < slots.length; index++) {
        frame.slots[slots[index] ?? 0] = given[index];
      }
      return undefined;
    };
  }

  #assignmentOrCall(): Statement {
    const first = this.suffixed();
    if (this.next.kind !== "=" && this.next.kind !== ",") {
      const { many } = first;
      if (many === undefined) return this.fail();
      return (frame) => {
        many(frame);
        return undefined;
      };
    }
    const targets = [first];
    while (this.accept(",")) targets.push(this.suffixed());
    this.expect("=");
    const list = this.list();
    const assigns = targets.map(({ assign }) => assign ?? this.fail());
    const [assign] = assigns;
    const [value] = list;
    if (assign !== undefined && value !== undefined && assigns.length === 1 && list.length === 1) {
      const { one } = value;
      return (frame) => {
        assign(frame, one(frame));
        return undefined;
      };
    }
    const values = allOf(list);
    return (frame) => {
      const given = values(frame);
      for (let index = 0; index < assigns.length; index++) assigns[index]?.(frame, given[index]);
      return undefined;
    };
  }

  #if(): Statement {
    const branches: { readonly condition: Evaluate; readonly body: Statement }[] = [];
    do {
      this.take();
      const condition = this.expression().one;
      this.expect("then");
      branches.push({ condition, body: this.#block() });
    } while (this.next.kind === "elseif");
    const otherwise = this.accept("else") ? this.#block() : undefined;
    this.expect("end");
    return (frame) => {
      for (const { condition, body } of branches) if (isTrue(condition(frame))) return body(frame);
      return otherwise?.(frame);
    };
  }

  #return(): Statement {
    this.take();
    const isEmpty = BLOCK_ENDS.has(this.next.kind) || this.next.kind === ";";
    const list = isEmpty ? [] : this.list();
    const [only] = list;
    if (only !== undefined && list.length === 1) {
      const { one, many } = only;
      return many ?? ((frame) => [one(frame)]);
    }
    return allOf(list);
  }

  /** Compiles a loop's body, whose every turn has a frame of its own; `names` are its variables. */
  #loopBody(names: readonly Bytes[], compile: () => Statement): Statement {
    const scope = new Scope(this.scope, false);
    this.scope = scope;
    for (const name of names) scope.declare(name);
    const body = compile();
    if (scope.parent !== undefined) this.scope = scope.parent;
    return body;
  }

  #while(): Statement {
    const { line } = this.take();
    const condition = this.expression().one;
    this.expect("do");
    const body = this.#loopBody([], () => this.#block());
    this.expect("end");
    const { runtime } = this;
    return (frame) => {
      while (isTrue(condition(frame))) {
        runtime.step(line);
        const flow = body(new Frame(frame));
        if (flow === BREAK) break;
        if (flow !== undefined) return flow;
      }
      return undefined;
    };
  }

  #repeat(): Statement {
    const { line } = this.take();
    // The condition sees the variables of the body, whose block therefore must not end before it.
    const isOver: { condition: Evaluate } = { condition: () => true };
    const body = this.#loopBody([], () => {
      const statements: Statement[] = [];
      while (!BLOCK_ENDS.has(this.next.kind)) {
        if (this.next.kind === "return" || this.next.kind === "break") this.fail();
        statements.push(this.#statement());
        this.accept(";");
      }
      this.expect("until");
      isOver.condition = this.expression().one;
      return inSequence(statements);
    });
    const { condition } = isOver;
    const { runtime } = this;
    return (frame) => {
      for (;;) {
        runtime.step(line);
        const turn = new Frame(frame);
        const flow = body(turn);
        if (flow === BREAK) return undefined;
        if (flow !== undefined) return flow;
        if (isTrue(condition(turn))) return undefined;
      }
    };
  }

  #for(): Statement {
    const { line } = this.take();
    const names = [this.expect("name").text];
    if (this.accept("=")) return this.#countingFor(names, line);
    while (this.accept(",")) names.push(this.expect("name").text);
    this.expect("in");
    const { text } = this.expect("name");
    const isKnown = (text === "ipairs" || text === "pairs") && this.scope.find(text) === undefined;
    if (!isKnown || names.length > 2) throw new Unsupported("a for loop of that kind");
    this.expect("(");
    const subject = this.expression();
    this.expect(")");
    this.expect("do");
    const body = this.#loopBody(names, () => this.#block());
    this.expect("end");
    const tableOf = (frame: Frame): LuaTable => {
      const table = subject.one(frame);
      if (table instanceof LuaTable) return table;
      const got = table === undefined ? "nil" : typeName(table);
      return raise(`bad argument #1 to '${text}' (table expected, got ${got})`, line);
    };
    const step = () => this.runtime.step(line);
    return text === "ipairs" ? forItems(tableOf, body, step) : forKeys(tableOf, body, step);
  }

  #countingFor(names: readonly Bytes[], line: number): Statement {
    const [first, last, step] = this.list();
    if (first === undefined || last === undefined) return this.fail();
    this.expect("do");
    const body = this.#loopBody(names, () => this.#block());
    this.expect("end");
    const { runtime } = this;
    const numberOf = (value: LuaValue, what: string): number =>
      toNumber(value) ?? raise(`'for' ${what} must be a number`, line);
    return (frame) => {
      const start = first.one(frame);
      const limit = last.one(frame);
      const by = step === undefined ? 1 : step.one(frame);
      const end = numberOf(limit, "limit");
      const stride = numberOf(by, "step");
      for (
        let index = numberOf(start, "initial value");
        stride > 0 ? index <= end : index >= end;
        index += stride
      ) {
        runtime.step(line);
        const turn = new Frame(frame);
        turn.slots.push(index);
        const flow = body(turn);
        if (flow === BREAK) break;
        if (flow !== undefined) return flow;
      }
      return undefined;
    };
  }
}

function store(slot: number, one: Evaluate): Statement {
  return (frame) => {
    frame.slots[slot] = one(frame);
    return undefined;
  };
}

function inSequence(statements: readonly Statement[]): Statement {
  const [only] = statements;
  if (only !== undefined && statements.length === 1) return only;
  return (frame) => {
    for (let index = 0; index < statements.length; index++) {
      const flow = statements[index]?.(frame);
      if (flow !== undefined) return flow;
    }
    return undefined;
  };
}

function forItems(
  tableOf: (frame: Frame) => LuaTable,
  body: Statement,
  step: () => void,
): Statement {
  return (frame) => {
    const table = tableOf(frame);
    for (let index = 1;; index++) {
      const value = table.get(index);
      if (value === undefined) return undefined;
      step();
      const turn = new Frame(frame);
      turn.slots.push(index, value);
      const flow = body(turn);
      if (flow === BREAK) return undefined;
      if (flow !== undefined) return flow;
    }
  };
}

function forKeys(
  tableOf: (frame: Frame) => LuaTable,
  body: Statement,
  step: () => void,
): Statement {
  return (frame) => {
    const table = tableOf(frame);
    for (const key of table.keys()) {
      const value = table.get(key);
      // It was removed meanwhile.
      if (value === undefined) continue;
      step();
      const turn = new Frame(frame);
      turn.slots.push(key, value);
      const flow = body(turn);
      if (flow === BREAK) return undefined;
      if (flow !== undefined) return flow;
    }
    return undefined;
  };
}
