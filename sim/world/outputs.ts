/**
 * The files that a world leaves behind: each finished job's output, whole, and of the run that ended it.
 *
 * @module
 */
import { JOB_KEY } from "./queue_data.ts";
import type { Site } from "./site.ts";

/** Digits of an agent's session in the name of a job's directory. */
const SESSION_DIGITS = 8;

/**
 * Looks into every archive.
 *
 * @param site The world at its end.
 */
export async function checkOutputs(site: Site): Promise<void> {
  const { done, referee: { data, ledger, violations } } = site;
  for (const [id, { state }] of ledger.jobs) {
    const record = data.entries.get(JOB_KEY + id)?.value;
    if (!(record instanceof Map)) continue;
    const archive = record.get("archive") ?? "";
    violations.check(
      archive !== "" || state !== "succeeded",
      "output",
      () => `Job ${id} succeeded without output`,
    );
    if (archive === "") continue;
    const session = (record.get("session") ?? "").slice(0, SESSION_DIGITS);
    const expected = `/work/${id}.${session}`;
    const found = await done.readText(archive).catch((error) => `${error}`);
    violations.check(
      found === expected || (ledger.wasSetBack(id) && found.startsWith(`/work/${id}.`)),
      "output",
      () => `The output of job ${id} should be that of ${expected}, but holds ${found}`,
    );
  }
}
