/**
 * What an expression is worth.
 *
 * @module
 */
import { FUNCTIONS } from "./functions.ts";
import { applyBinary, applyUnary, combine } from "./operators.ts";
import { type ClassAd, type Expression, nonsense, UNDEFINED, type Value } from "./value.ts";

/** Expressions looked at in one evaluation at most: ads come from the wire. */
const MOST_STEPS = 100_000;
/** Characters of a text that count as one step, for whoever copies or compares it. */
const CHARACTERS_PER_STEP = 64;
/** Names that lead to names that lead to names … at most. */
const DEEPEST = 200;

/** Where names are looked up. */
export interface Scopes {
  /** The ad that holds the expression: plain names, `self.` and `my.`. Default: none. */
  readonly self?: ClassAd | undefined;
  /** The ad that it is matched with: `other.` and `target.`. Default: none. */
  readonly other?: ClassAd | undefined;
}

/**
 * Evaluates an expression.
 *
 * @param expression The expression.
 * @param scopes Where its names are looked up.
 * @returns Its value. A name that nobody defines is undefined; an expression that is too long to
 * evaluate, or leads to itself, is an error.
 */
export function evaluate(expression: Expression, scopes: Scopes = {}): Value {
  return new Evaluation().value(expression, scopes);
}

class Evaluation {
  #steps = 0;
  #depth = 0;

  value(expression: Expression, scopes: Scopes): Value {
    if (++this.#steps > MOST_STEPS) return nonsense("it takes too long");
    if (this.#depth >= DEEPEST) return nonsense("it leads to itself, or too deep");
    this.#depth++;
    try {
      const value = this.#valueOf(expression, scopes);
      if (value.type === "string") this.#steps += value.value.length / CHARACTERS_PER_STEP;
      return value;
    } finally {
      this.#depth--;
    }
  }

  #valueOf(expression: Expression, scopes: Scopes): Value {
    const valueOf = (inner: Expression) => this.value(inner, scopes);
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "list":
        return { type: "list", items: expression.items.map(valueOf) };
      case "ad":
        return { type: "ad", ad: expression.ad };
      case "name":
        return this.#lookUp(expression, scopes);
      case "unary":
        return applyUnary(expression.operator, valueOf(expression.operand));
      case "binary": {
        const { operator, left, right } = expression;
        return operator === "&&" || operator === "||"
          ? combine(operator, valueOf(left), () => valueOf(right))
          : applyBinary(operator, valueOf(left), valueOf(right));
      }
      case "choice": {
        const condition = valueOf(expression.condition);
        if (condition.type === "undefined" || condition.type === "error") return condition;
        if (condition.type !== "boolean") return nonsense(`a ${condition.type} is no truth`);
        return valueOf(condition.value ? expression.then : expression.otherwise);
      }
      case "element":
        return elementOf(valueOf(expression.list), valueOf(expression.index));
      case "call": {
        const apply = FUNCTIONS.get(expression.name.toLowerCase());
        return apply?.(expression.arguments.map(valueOf)) ??
          nonsense(`there is no function ${expression.name.slice(0, 40)}`);
      }
    }
  }

  #lookUp(
    { scope, name }: Extract<Expression, { readonly kind: "name" }>,
    scopes: Scopes,
  ): Value {
    if (scope === undefined) return this.#inAd(name, scopes);
    const swapped = { self: scopes.other, other: scopes.self };
    const scopeName = scope.kind === "name" && scope.scope === undefined
      ? scope.name.toLowerCase()
      : "";
    if (scopeName === "self" || scopeName === "my") return this.#inAd(name, scopes);
    if (scopeName === "other" || scopeName === "target") return this.#inAd(name, swapped);
    const value = this.value(scope, scopes);
    if (value.type === "ad") return this.#inAd(name, { ...scopes, self: value.ad });
    return value.type === "undefined" || value.type === "error"
      ? value
      : nonsense(`a ${value.type} has no names`);
  }

  /** What is written under a name speaks from its own ad: its `other` is the asking one's. */
  #inAd(name: string, scopes: Scopes): Value {
    const found = scopes.self?.get(name);
    return found === undefined ? UNDEFINED : this.value(found, scopes);
  }
}

function elementOf(list: Value, index: Value): Value {
  for (const value of [list, index]) {
    if (value.type === "undefined" || value.type === "error") return value;
  }
  if (list.type === "list" && index.type === "integer") {
    return list.items[index.value] ?? nonsense(`there is no item ${index.value}`);
  }
  return nonsense(`a ${list.type} has no item at a ${index.type}`);
}
