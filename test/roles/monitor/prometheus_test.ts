import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../lib/clock.ts";
import { silentLogger } from "../../../lib/log.ts";
import { PrometheusMetrics, servePrometheus } from "../../../roles/monitor/prometheus.ts";

Deno.test("servePrometheus() serves counters, readings, durations and the state of Carbon", async () => {
  const metrics = new PrometheusMetrics(() => ({ connected: true, waiting: 7, lost: 0 }));
  metrics.happened("agent", "job.start");
  metrics.happened("agent", "job.start");
  metrics.value("jobmanager.generic.alpha", "queuedJobs", 42);
  metrics.took("agent", "job", 90);
  await using server = servePrometheus(metrics, {
    hostname: "127.0.0.1",
    port: 0,
    clock: systemClock,
    log: silentLogger,
  });
  const address = `http://127.0.0.1:${server.port}`;
  const response = await fetch(`${address}/metrics`);
  assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  for (
    const line of [
      'copilot_events_total{component="agent",event="job.start"} 2',
      'copilot_value{component="jobmanager.generic.alpha",event="queuedJobs"} 42',
      'copilot_duration_seconds_bucket{le="60",component="agent",event="job"} 0',
      'copilot_duration_seconds_bucket{le="300",component="agent",event="job"} 1',
      'copilot_duration_seconds_sum{component="agent",event="job"} 90',
      "copilot_carbon_connected 1",
      "copilot_carbon_waiting_samples 7",
    ]
  ) assertStringIncludes(text, `${line}\n`);
  for (const [path, method, status] of [["/", "GET", 404], ["/metrics", "POST", 405]] as const) {
    const refused = await fetch(`${address}${path}`, { method });
    await refused.body?.cancel();
    assertEquals(refused.status, status);
  }
});

Deno.test("PrometheusMetrics quotes hostile names", async () => {
  const metrics = new PrometheusMetrics();
  metrics.happened('a"} 1\n# evil', "x\\");
  const text = await metrics.text();
  assertStringIncludes(text, String.raw`{component="a\"} 1\n# evil",event="x\\"} 1`);
});
