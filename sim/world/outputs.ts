/**
 * The files that a world leaves behind: each finished job's output, whole, and of a run by whoever held the
 * lease that ended it.
 *
 * @module
 */
import { FieldMap } from "../redis/values/field_map.ts";
import { JOB_KEY } from "./queue_data.ts";
import type { Site } from "./site.ts";

/** What a job prints: who ran it, and where. */
export function outputOf(jid: string, directory: string): string {
  return `${jid} ${directory}\n`;
}

/**
 * Looks into every archive.
 *
 * @param site The world at its end.
 */
export async function checkOutputs(site: Site): Promise<void> {
  const { done, referee: { data, ledger, violations } } = site;
  for (const [id, { state }] of ledger.jobs) {
    const record = data.entries.get(JOB_KEY + id)?.value;
    if (!(record instanceof FieldMap)) continue;
    const archive = record.get("archive") ?? "";
    violations.check(
      archive !== "" || state !== "succeeded",
      "output",
      () => `Job ${id} succeeded without output`,
    );
    if (archive === "") continue;
    const agent = record.get("agent") ?? "";
    const found = await done.readText(archive).catch((error) => `${error}`);
    const [jid, directory = ""] = found.split(" ");
    const isWhole = directory.startsWith(`/work/${id}.`) && directory.endsWith("\n");
    violations.check(
      isWhole && (jid === agent || ledger.wasSetBack(id)),
      "output",
      () => `The output of job ${id} should be that of ${agent}, but is ${JSON.stringify(found)}`,
    );
  }
}
