/**
 * All cases, in the order in which they are reported.
 *
 * @module
 */
import type { ConformanceCase } from "../case.ts";
import { DELIVERY_CASES } from "./delivery.ts";
import { ENVELOPE_CASES } from "./envelope.ts";
import { IQ_CASES } from "./iq.ts";
import { VALUE_CASES } from "./value.ts";

/** All cases. */
export const ALL_CASES: readonly ConformanceCase[] = [
  ...DELIVERY_CASES,
  ...ENVELOPE_CASES,
  ...VALUE_CASES,
  ...IQ_CASES,
];
