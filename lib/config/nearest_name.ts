/**
 * "Did you mean": the known name nearest to a mistyped one.
 *
 * @module
 */

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = left[row - 1] === right[column - 1] ? 0 : 1;
      current.push(Math.min(
        (previous[column - 1] ?? 0) + substitution,
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
      ));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/**
 * Finds the known name that a mistyped one was probably meant to be.
 *
 * @param name The name as written; upper and lower case are alike.
 * @param known The names there are.
 * @returns The nearest, or `undefined` where more than a third of the letters would have to change.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let shortest = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= shortest) continue;
    const distance = editDistance(name.toUpperCase(), candidate.toUpperCase());
    if (distance < shortest) {
      shortest = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
