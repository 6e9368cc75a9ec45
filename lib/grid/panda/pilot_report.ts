/**
 * `heartbeat.json`, the message that a PanDA pilot leaves in a file where somebody else is to tell the
 * server of its job (`write_heartbeat_to_file` and `get_data_structure` in PanDAWMS/pilot3,
 * `pilot/control/job.py`): which job it ran, and how that ended.
 *
 * @module
 */

/** What a pilot says of its job. */
export interface PilotReport {
  /** PandaID, in decimal digits. */
  readonly jobId: string;
  /** Number of the job's attempt, of which the server refuses older ones; `undefined` where it is not said. */
  readonly attempt: number | undefined;
  /** The pilot's verdict; the server takes these two as final. */
  readonly state: "finished" | "failed";
  /** Machine on which it ran. */
  readonly node: string | undefined;
  /** PanDA queue. */
  readonly site: string | undefined;
  /** CPU time in seconds. */
  readonly cpuSeconds: number | undefined;
  /** Exit code of the payload. */
  readonly payloadExitCode: number | undefined;
  /** PanDA's code of what went wrong in the pilot; 0 or missing: nothing did. */
  readonly pilotErrorCode: number | undefined;
  /** The same in words. */
  readonly pilotError: string | undefined;
}

/** Longest text that is read. */
const LONGEST_TEXT = 2 ** 18;

/**
 * Reads the file.
 *
 * @param text Its content.
 * @returns What it says; what makes no sense is left out.
 * @throws {SyntaxError} When it is no such message, names no job, or says of no end.
 */
export function parsePilotReport(text: string): PilotReport {
  if (text.length > LONGEST_TEXT) {
    throw new SyntaxError(`Cannot read heartbeat.json: it is over ${LONGEST_TEXT} characters`);
  }
  const report = parseObject(text);
  const jobId = String(report["jobId"] ?? "");
  if (!/^[1-9]\d{0,17}$/.test(jobId)) {
    throw new SyntaxError(
      `Cannot read heartbeat.json: jobId ${JSON.stringify(jobId.slice(0, 80))} is no PandaID`,
    );
  }
  const state = report["state"];
  if (state !== "finished" && state !== "failed") {
    throw new SyntaxError(
      `Cannot read heartbeat.json: state ${JSON.stringify(String(state).slice(0, 80))} is no end`,
    );
  }
  return {
    jobId,
    attempt: wholeNumber(report["attemptNr"]),
    state,
    node: shortText(report["node"]),
    site: shortText(report["siteName"]),
    cpuSeconds: wholeNumber(report["cpuConsumptionTime"]),
    payloadExitCode: wholeNumber(report["transExitCode"]),
    pilotErrorCode: wholeNumber(report["pilotErrorCode"]),
    pilotError: shortText(report["pilotErrorDiag"]),
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError("Cannot read heartbeat.json: it is no JSON", { cause: error });
  }
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new SyntaxError("Cannot read heartbeat.json: it is no object");
}

/** Python writes numbers as numbers, older pilots as texts. */
function wholeNumber(value: unknown): number | undefined {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function shortText(value: unknown): string | undefined {
  // deno-lint-ignore no-control-regex -- a stranger's text goes into messages
  return typeof value === "string" && value !== "" && !/[\x00-\x1f\x7f]/.test(value)
    ? value.slice(0, 250)
    : undefined;
}
