import { assert, assertEquals } from "@std/assert";

const MODULE = new URL("../../../roles/jobmanager/job_span.ts", import.meta.url).href;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

/** What a collector of OpenTelemetry gets, as far as it is looked at. */
interface Export {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly Record<string, unknown>[] }[];
  }[];
}

Deno.test("recordJobSpan() exports a span from hand-out to end where OTEL_DENO is on", async () => {
  const spans: Record<string, unknown>[] = [];
  const collector = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const isTrace = new URL(request.url).pathname === "/v1/traces";
      const body = await request.json() as Export;
      if (isTrace) {
        const scopes = body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
        spans.push(...scopes.flatMap((scope) => scope.spans));
      }
      return Response.json({});
    },
  );
  const ended = {
    id: "one",
    outcome: "failed",
    reason: "The job exited with 3",
    agent: "agent@localhost",
    startedMs: 1_795_343_100_000,
    endedMs: 1_795_343_190_500,
    contributedSeconds: 88,
  };
  const script = `import { recordJobSpan } from ${JSON.stringify(MODULE)};
    recordJobSpan(${JSON.stringify(ended)});`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `--config=${CONFIG}`, script],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    },
  }).output();
  await collector.shutdown();
  assert(success, new TextDecoder().decode(stderr));
  const span = spans.find(({ name }) => name === "job");
  assertEquals(span?.["startTimeUnixNano"], "1795343100000000000");
  assertEquals(span?.["endTimeUnixNano"], "1795343190500000000");
  assertEquals(span?.["status"], { code: 2, message: "The job exited with 3" });
});
