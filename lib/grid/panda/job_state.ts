/**
 * What is known of a PanDA job once its output has arrived, as the state of a `GridJobRef`. Nothing of it
 * travels: it is read anew from the output at every delivery.
 *
 * @module
 */
import type { GridJobRef } from "../adapter.ts";
import type { JobUpdate, ReportedFile } from "./panda_server.ts";
import type { PandaOutput } from "./read_output.ts";

/** A job of PanDA. */
export interface PandaJob {
  /** How the pilot says it ended; the outputs are those that it names. */
  readonly update: JobUpdate;
  /** Dataset of the outputs; `undefined` where they cannot be stored. */
  readonly dataset: string | undefined;
  /** Why they cannot; `undefined` where they can. */
  readonly problem: string | undefined;
}

/** Turns what an archive says into a job. */
export function pandaJobOf({ report, dataset, files, problem }: PandaOutput): PandaJob {
  const outputs: Record<string, ReportedFile> = {};
  for (const { lfn, guid, sizeBytes, adler32, md5 } of files) {
    outputs[lfn] = { guid, fsize: sizeBytes, adler32, md5sum: md5 };
  }
  const { state: status, ...said } = report;
  return {
    update: { ...said, status, outputs },
    dataset,
    problem,
  };
}

/** Name of the state's only text. */
const STATE = "PANDA_JOB";

/** Writes a job as a state. */
export function formatPandaState(job: PandaJob): GridJobRef["state"] {
  return { [STATE]: JSON.stringify(job) };
}

/** Reads a job that {@linkcode formatPandaState} wrote; `undefined` from any other state. */
export function parsePandaState(state: GridJobRef["state"]): PandaJob | undefined {
  const text = state[STATE];
  return text === undefined ? undefined : JSON.parse(text) as PandaJob;
}
