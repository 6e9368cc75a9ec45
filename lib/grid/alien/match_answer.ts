/**
 * What AliEn's job broker answers when a site asks for a job (`alien.taskQueue.JobBroker.getMatchJob`).
 * Only Java's own serialisation carries that call, so a configured command makes it and prints the
 * answer's fields as one JSON object, on its last line.
 *
 * @module
 */

/** A job that the broker gives. */
export interface MatchedJob {
  /** Tells it from the answer that there is none. */
  readonly kind: "job";
  /** The queue id. */
  readonly id: string;
  /** The JDL as it was submitted. */
  readonly jdl: string;
  /** Who submitted it. */
  readonly user: string;
  /**
   * How often it has been put back, in digits: what a site says of a former turn the queue takes no more
   * (`alien.api.taskQueue.SetJobStatus`). Empty where the broker does not tell.
   */
  readonly resubmission: string;
}

/** A job that the broker gives, or that it gives none. */
export type MatchAnswer = MatchedJob | { readonly kind: "none"; readonly reason: string };

/** Codes of the broker. */
const CODE = { found: 1, failed: -1 } as const;
const JOB_ID = /^\d{1,18}$/;

/**
 * Reads an answer: `Code`, and with a job `queueId`, `JDL`, `User` and `Resubmission`, else `Error`. Its
 * certificate is the job's secret and left where it is.
 *
 * @param text What the command printed.
 * @throws {SyntaxError} When it is no answer, or one of a broker that failed.
 */
export function parseMatchAnswer(text: string): MatchAnswer {
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  let answer: Record<string, unknown>;
  try {
    answer = Object(JSON.parse(line)) as Record<string, unknown>;
  } catch {
    throw new SyntaxError(`Cannot read the job broker's answer: ${line.slice(0, 80)}`);
  }
  const { Code: code, Error: error } = answer;
  if (typeof code !== "number" || code === CODE.failed) {
    throw new SyntaxError(`The job broker failed: ${error ?? line.slice(0, 80)}`);
  }
  if (code !== CODE.found) return { kind: "none", reason: `${error ?? code}` };
  const [id, jdl, user] = [`${answer["queueId"]}`, answer["JDL"], answer["User"]];
  if (!JOB_ID.test(id) || typeof jdl !== "string" || typeof user !== "string" || user === "") {
    throw new SyntaxError(`Cannot read the job broker's answer: ${line.slice(0, 80)}`);
  }
  const resubmission = answer["Resubmission"];
  return {
    kind: "job",
    id,
    jdl,
    user,
    resubmission: Number.isSafeInteger(resubmission) ? `${resubmission}` : "",
  };
}
