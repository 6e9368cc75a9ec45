/**
 * The files that a world leaves behind: each finished job's output, whole, and of a run by whoever held the
 * lease that ended it.
 *
 * @module
 */
import { FieldMap } from "../redis/values/field_map.ts";
import { JOB_KEY } from "./queue_data.ts";
import type { Site } from "./site.ts";

/** Entries that a violation names at most. */
const MOST_NAMED = 5;

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
  const { done, referee: { data, ledger, violations }, settings: { leases, faults } } = site;
  const isOriginal = leases === "off";
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
    // As with the original a job whose input did not arrive has failed, and what was cut off stays.
    if (!isWhole && isOriginal && (state === "failed" || faults.uploadsTorn > 0)) continue;
    // A report without a token tells of the account alone.
    const isHis = jid === agent || (isOriginal && jid?.startsWith(`${agent}/`));
    violations.check(
      isWhole && (isHis || ledger.wasSetBack(id)),
      "output",
      () => `The output of job ${id} should be that of ${agent}, but is ${JSON.stringify(found)}`,
    );
  }
}

/**
 * Checks that of jobs that ended long ago nothing is left: no record, no directory, no archive.
 *
 * @param site The world, longer after its last job's end than jobs are kept.
 */
export async function checkForgotten(site: Site): Promise<void> {
  const { chirp, done, habits, settings, referee: { ledger, violations } } = site;
  const kept = [...ledger.jobs].filter(([, { isForgotten }]) => !isForgotten).map(([id]) => id);
  violations.check(
    kept.length <= ledger.unfinished,
    "retention",
    () => `${kept.length} jobs were not forgotten: ${kept.slice(0, MOST_NAMED)}`,
  );
  if (!settings.files || kept.length > 0) return;
  // The done folder has a folder for each day, which stays.
  const days = await done.list(".");
  const archives = await Promise.all(days.map((day) => done.list(day)));
  // A manager that only takes output in does so for other queues, too: it cannot tell a job that was forgotten.
  const directories = habits.isSplit ? [] : await chirp.list(".");
  // A job that power failures made end twice may have left something of the end that was lost.
  const left = [...directories, ...archives.flat()]
    .filter((name) => !ledger.wasSetBack(/^[\w-]+/.exec(name)?.[0] ?? ""));
  violations.check(
    left.length === 0,
    "retention",
    () => `${left.length} files and folders of jobs are left: ${left.slice(0, MOST_NAMED)}`,
  );
}
