/**
 * Answers of a PanDA server as `api/v1` has them (`generate_response` in `pandaserver/api/v1/common.py`).
 *
 * @module
 */

/** An answer. */
export interface PandaAnswer {
  /** Whether the method was carried out. */
  readonly success: boolean;
  /** Why not. */
  readonly message: string;
  /** What came of it. */
  readonly data: unknown;
}

/** Makes an answer. */
export function answerOf(success: boolean, message: string, data: unknown): PandaAnswer {
  return { success, message, data };
}
