/**
 * Measuring contenders in turn.
 *
 * @module
 */

/** Measures one contender once; gives its figure, or several that are measured together. */
export type Run<Sample = number> = () => Sample | Promise<Sample>;

/**
 * Measures all contenders in rounds, so that whatever else the machine does meets all of them alike. Every
 * other round goes the other way, so that none is always the first.
 *
 * @param rounds Number of rounds.
 * @param contenders The contenders by name.
 * @param signal Ends it.
 * @returns The samples of each, one a round.
 */
export async function inRounds<Name extends string, Sample = number>(
  rounds: number,
  contenders: Readonly<Record<Name, Run<Sample>>>,
  signal: AbortSignal,
): Promise<Readonly<Record<Name, Sample[]>>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Sample[]
  >;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      signal.throwIfAborted();
      samples[name].push(await contenders[name]());
    }
  }
  return samples;
}
