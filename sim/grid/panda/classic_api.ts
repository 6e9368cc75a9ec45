/**
 * The interface of PanDA servers before version 1.0 in terms of today's: forms in place of JSON, other names
 * (PanDAWMS/panda-server, `updateJob` and `getStatus` in `pandaserver/jobdispatcher/JobDispatcher.py` until
 * 720a3c86).
 *
 * @module
 */
import type { PandaAnswer } from "./panda_answer.ts";

/** A request, with the names of today's parameters. */
export type ClassicRequest =
  | { readonly method: "updateJob"; readonly parameters: Readonly<Record<string, unknown>> }
  | { readonly method: "getStatus"; readonly ids: readonly string[] };

/** Today's names of parameters. */
const TEXTS = {
  state: "job_status",
  node: "node",
  siteName: "site_name",
  pilotErrorDiag: "pilot_error_diag",
  xml: "job_output_report",
} as const;
const NUMBERS = {
  jobId: "job_id",
  attemptNr: "attempt_nr",
  cpuConsumptionTime: "cpu_consumption_time",
  transExitCode: "trans_exit_code",
  pilotErrorCode: "pilot_error_code",
} as const;

/** Reads a request; `undefined` where the server has no such method. */
export function classicRequestOf(
  method: string,
  path: string,
  body: string,
): ClassicRequest | undefined {
  const form = new URLSearchParams(body);
  const named = <T>(names: Readonly<Record<string, string>>, read: (text: string) => T) =>
    Object.entries(names).flatMap(([name, today]) => {
      const text = form.get(name);
      return text === null ? [] : [[today, read(text)] as const];
    });
  switch (`${method} ${path}`) {
    case "POST /server/panda/updateJob":
      return {
        method: "updateJob",
        parameters: Object.fromEntries<unknown>([
          ...named(TEXTS, String),
          ...named(NUMBERS, Number),
        ]),
      };
    case "POST /server/panda/getStatus":
      return { method: "getStatus", ids: (form.get("ids") ?? "").split(" ") };
    default:
      return undefined;
  }
}

/** Writes an answer as a form (`Response.encode` in `Protocol.py`). */
export function formOf({ data }: PandaAnswer): Response {
  const fields = Array.isArray(data)
    ? {
      StatusCode: "0",
      status: data.map(({ status }) => status.replace(" ", "")).join("+"),
      attemptNr: data.map(({ attempt_number: attempt }) => attempt).join("+"),
    }
    : { ...Object(data), command: Object(data).command ?? "NULL" };
  return new Response(new URLSearchParams(fields).toString());
}
