/**
 * A span for each job, for OpenTelemetry: from hand-out to end. The runtime exports it where `OTEL_DENO` is
 * on; otherwise it costs next to nothing.
 *
 * @module
 */
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { EndedJob } from "./output.ts";

/**
 * Records the span of a job.
 *
 * @param ended The job.
 */
export function recordJobSpan(ended: EndedJob): void {
  const { id, agent, outcome, reason, startedMs, endedMs } = ended;
  const span = trace.getTracer("copilot").startSpan("job", {
    kind: SpanKind.CONSUMER,
    startTime: startedMs ?? endedMs,
    attributes: {
      "copilot.job.id": id,
      "copilot.job.outcome": outcome,
      "copilot.agent": agent,
      "copilot.job.contributed_seconds": ended.contributedSeconds,
    },
  });
  if (outcome === "failed") {
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(reason === undefined ? {} : { message: reason }),
    });
  }
  span.end(endedMs);
}
