/**
 * Whether a job and a machine suit each other, and if not, why.
 *
 * @module
 */
import { evaluate } from "./evaluate.ts";
import type { ClassAd, Expression, Value } from "./value.ts";
import { writeExpression } from "./write_expression.ts";

/** Name of what an ad demands of the other one. */
const REQUIREMENTS = "Requirements";

/** A part of requirements that another ad does not meet. */
export interface UnmetClause {
  /** The part, as text. */
  readonly clause: string;
  /** What it is worth: false, undefined or an error. */
  readonly value: Value;
}

/**
 * Tells whether an ad meets what another one demands. An ad without requirements demands nothing.
 *
 * @param demanding The ad with the requirements.
 * @param other The ad that should meet them.
 * @returns True where they are true; not where they are undefined.
 */
export function meetsRequirements(demanding: ClassAd, other: ClassAd): boolean {
  const requirements = demanding.get(REQUIREMENTS);
  return requirements === undefined || isTrue(evaluate(requirements, { self: demanding, other }));
}

/**
 * Tells whether two ads suit each other: each meets what the other one demands.
 *
 * @param left An ad.
 * @param right The other ad.
 */
export function suitEachOther(left: ClassAd, right: ClassAd): boolean {
  return meetsRequirements(left, right) && meetsRequirements(right, left);
}

/**
 * Finds what keeps an ad from meeting another one's requirements.
 *
 * @param demanding The ad with the requirements.
 * @param other The ad that should meet them.
 * @returns Those of the parts between `&&` that are not true; none where all are.
 */
export function unmetClauses(demanding: ClassAd, other: ClassAd): UnmetClause[] {
  const requirements = demanding.get(REQUIREMENTS);
  if (requirements === undefined) return [];
  return clausesOf(requirements).flatMap((expression) => {
    const value = evaluate(expression, { self: demanding, other });
    return isTrue(value) ? [] : [{ clause: writeExpression(expression), value }];
  });
}

function clausesOf(expression: Expression): Expression[] {
  return expression.kind === "binary" && expression.operator === "&&"
    ? [...clausesOf(expression.left), ...clausesOf(expression.right)]
    : [expression];
}

function isTrue(value: Value): boolean {
  return value.type === "boolean" && value.value;
}
