/**
 * All cases, in the order in which they are reported.
 *
 * @module
 */
import type { ConformanceCase } from "../case.ts";
import { AGENT_DELIVERY_CASES } from "./agent_delivery.ts";
import { AGENT_JOB_CASES } from "./agent_job.ts";
import { AGENT_REPORT_CASES } from "./agent_report.ts";
import { AGENT_REQUEST_CASES } from "./agent_request.ts";
import { DELIVERY_CASES } from "./delivery.ts";
import { ENVELOPE_CASES } from "./envelope.ts";
import { HEARTBEAT_CASES } from "./heartbeat.ts";
import { IQ_CASES } from "./iq.ts";
import { JOB_DONE_CASES } from "./job_done.ts";
import { JOB_REQUEST_CASES } from "./job_request.ts";
import { MONITOR_DETAIL_CASES } from "./monitor_details.ts";
import { MONITOR_EVENT_CASES } from "./monitor_events.ts";
import { OUTPUT_CASES } from "./output.ts";
import { QUEUE_CASES } from "./queue.ts";
import { REDIRECT_CASES } from "./redirect.ts";
import { SEALED_AGENT_CASES } from "./sealed_agent.ts";
import { SEALED_MANAGER_CASES } from "./sealed_manager.ts";
import { SECURE_AGENT_CASES } from "./secure_agent.ts";
import { SECURE_KEY_MANAGER_CASES } from "./secure_key_manager.ts";
import { SECURE_MANAGER_CASES } from "./secure_manager.ts";
import { SETUP_CASES } from "./setups.ts";
import { VALUE_CASES } from "./value.ts";

/** All cases. */
export const ALL_CASES: readonly ConformanceCase[] = [
  ...DELIVERY_CASES,
  ...ENVELOPE_CASES,
  ...VALUE_CASES,
  ...JOB_REQUEST_CASES,
  ...QUEUE_CASES,
  ...OUTPUT_CASES,
  ...JOB_DONE_CASES,
  ...SETUP_CASES,
  ...IQ_CASES,
  ...AGENT_DELIVERY_CASES,
  ...AGENT_REQUEST_CASES,
  ...AGENT_JOB_CASES,
  ...AGENT_REPORT_CASES,
  ...REDIRECT_CASES,
  ...HEARTBEAT_CASES,
  ...MONITOR_EVENT_CASES,
  ...MONITOR_DETAIL_CASES,
  ...SECURE_MANAGER_CASES,
  ...SECURE_KEY_MANAGER_CASES,
  ...SECURE_AGENT_CASES,
  ...SEALED_MANAGER_CASES,
  ...SEALED_AGENT_CASES,
];
