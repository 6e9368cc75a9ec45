/**
 * The verbs of `copilot-jobs` that change jobs.
 *
 * @module
 */
import { EXIT, printErrorLine, printJson, printLine } from "../../lib/cli.ts";
import { type JobStore, TransitionError } from "../../lib/jobs/job_store.ts";

/** What is to be done to which jobs. */
export interface Change {
  readonly verb: "cancel" | "hold" | "release" | "rerun";
  readonly ids: readonly string[];
  /** Kept in the history of each job. Default: none. */
  readonly reason: string | undefined;
  readonly json: boolean;
}

const DONE = { cancel: "cancelled", hold: "held", release: "released", rerun: "queued again" };

/** Changes jobs one by one; what cannot be changed is named, the others are. */
export async function changeJobs(store: JobStore, change: Change): Promise<number> {
  const { verb, ids, reason, json } = change;
  const results: { readonly id: string; readonly error?: string }[] = [];
  for (const id of ids) {
    try {
      await changeJob(store, verb, id, reason);
      results.push({ id });
      if (!json) printLine(`${id} ${DONE[verb]}`);
    } catch (error) {
      if (!(error instanceof TransitionError)) throw error;
      results.push({ id, error: error.message });
      printErrorLine(error.message);
    }
  }
  if (json) printJson({ verb, results });
  return results.every(({ error }) => error === undefined) ? EXIT.done : EXIT.failed;
}

async function changeJob(
  store: JobStore,
  verb: Change["verb"],
  id: string,
  reason: string | undefined,
): Promise<void> {
  if (verb === "cancel" || verb === "hold") return await store[verb](id, reason ?? "By hand");
  await store[verb](id);
  if (reason !== undefined) await store.note(id, "note", { reason });
}
