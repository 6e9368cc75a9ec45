/**
 * Which cases are run.
 *
 * @module
 */
import { UsageError } from "../../lib/cli.ts";
import type { ConformanceCase } from "./case.ts";

/**
 * Picks cases by the beginnings of their ids; `job/getJob` picks `job/getJob/1`, not `job/getJobOutputDir/1`.
 *
 * @param cases All cases.
 * @param prefixes Beginnings; none picks all.
 * @returns The cases, in their order.
 * @throws {UsageError} When a beginning fits no case.
 */
export function selectCases(
  cases: readonly ConformanceCase[],
  prefixes: readonly string[],
): readonly ConformanceCase[] {
  if (prefixes.length === 0) return cases;
  const wanted = prefixes.map((prefix) => prefix.replace(/\/+$/, ""));
  const fits = (id: string, prefix: string) => id === prefix || id.startsWith(`${prefix}/`);
  for (const prefix of wanted) {
    if (cases.some(({ id }) => fits(id, prefix))) continue;
    throw new UsageError(
      `Cannot run ${JSON.stringify(prefix)}: no case has such an id; see --list`,
    );
  }
  return cases.filter(({ id }) => wanted.some((prefix) => fits(id, prefix)));
}
