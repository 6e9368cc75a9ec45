/**
 * Makes series of target expressions.
 *
 * @module
 */

import { Arguments, type Value } from "./arguments.ts";
import { COMBINE } from "./functions/combine.ts";
import { NAMES } from "./functions/names.ts";
import type { FunctionTable } from "./functions/series_function.ts";
import { TIME } from "./functions/time.ts";
import { TRANSFORM } from "./functions/transform.ts";
import type { RenderContext } from "./render_context.ts";
import { RequestError } from "./request_error.ts";
import type { Call, Expression } from "./target_parser.ts";
import type { TimeSeries } from "./time_series.ts";

const FUNCTIONS: FunctionTable = { ...COMBINE, ...NAMES, ...TIME, ...TRANSFORM };

/**
 * Evaluates a target.
 *
 * @param target The target.
 * @param context What holds for the request.
 * @returns Its series.
 * @throws {RequestError} When a function is unknown, called wrongly, or asks for too much.
 */
export function evaluateTarget(target: Expression, context: RenderContext): readonly TimeSeries[] {
  const value = evaluate(target, context);
  if (!Array.isArray(value)) {
    throw new RequestError(`Target is no series: ${JSON.stringify(value)}`);
  }
  return value;
}

function evaluate(expression: Expression, context: RenderContext): Value {
  if (expression.kind === "literal") return expression.value;
  if (expression.kind === "call") return applyCall(expression, context);
  return context.fetch(expression.pattern, context.from, context.until);
}

function applyCall(call: Call, context: RenderContext): readonly TimeSeries[] {
  const { name, positional } = call;
  const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (called === undefined) {
    throw new RequestError(`Received request for unknown function: ${name}`);
  }
  context.countCall();
  const given = new Arguments(
    name,
    called.parameters,
    positional.map((argument) => evaluate(argument, context)),
    new Map([...call.named].map(([key, argument]) => [key, evaluate(argument, context)])),
  );
  return called.apply(given, {
    ...context,
    source: positional[0] ?? [...call.named.values()][0] ?? call,
    evaluateAt: (source, from, until) => evaluateTarget(source, { ...context, from, until }),
  });
}
