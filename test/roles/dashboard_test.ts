/** The dashboard's web server over the embedded Redis: its interface, its pages' files, what is off or broken. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Graphite } from "../../roles/dashboard/sources/graphite.ts";
import { eventually } from "../_eventually.ts";
import { fillQueue, jobId, startDashboard, startDashboardSite } from "./dashboard/_site.ts";

/** A Graphite that always answers the same. */
function startGraphite(handler: (request: Request) => Response) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const open = () =>
    Promise.resolve(new Graphite({ url: `http://127.0.0.1:${server.addr.port}/` }));
  return { open, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("the dashboard answers /api/ping as the original", async () => {
  await using dashboard = await startDashboard();
  const response = await dashboard.get("/api/ping");
  assertEquals(await response.text(), '{"ping":"pong"}');
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("the dashboard passes Graphite's JSON through under /api/stats", async () => {
  const asked: string[] = [];
  await using graphite = startGraphite((request) => {
    asked.push(new URL(request.url).search);
    return new Response('[{"target": "a.b", "datapoints": [[1.5, 60]]}]');
  });
  await using dashboard = await startDashboard({ sources: { graphite: graphite.open } });
  const response = await dashboard.get("/api/stats?target=a.*&from=-1h&until=now");
  assertEquals(await response.text(), '[{"target": "a.b", "datapoints": [[1.5, 60]]}]');
  assertEquals(asked, ["?format=json&target=a.*&from=-1h&until=now"]);
  const without = await dashboard.get("/api/stats");
  assertEquals([without.status, await without.text()], [400, '{"error":true}']);
});

Deno.test("the dashboard says in one sentence what is off and what is broken", async () => {
  await using graphite = startGraphite(() => new Response("Sorry", { status: 500 }));
  await using dashboard = await startDashboard({
    sources: {
      graphite: graphite.open,
      queue: () => Promise.reject(new Error("Cannot reach Redis at 127.0.0.1:1")),
    },
  });
  const stats = await dashboard.get("/api/stats?target=a");
  assertEquals(stats.status, 503);
  assertMatch((await stats.json()).message, /^Cannot read from Graphite at .*: status 500$/);
  const { sources, queue } = await (await dashboard.get("/api/overview")).json();
  assertEquals(queue, undefined);
  assertEquals(sources.queue, { state: "broken", message: "Cannot reach Redis at 127.0.0.1:1" });
  assertEquals(sources.graphite.state, "broken");
  assertEquals(sources.mongodb.state, "off");
  assertEquals(dashboard.sink.records, []);
});

Deno.test("the dashboard follows the queue live", async () => {
  await using site = await startDashboardSite();
  const { store } = site.queue;
  await fillQueue(store, 30);
  await using dashboard = await startDashboard({ sources: { queue: site.sources.queue } });
  const response = await dashboard.get("/api/live");
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const states = readStates(response);
  const first = (await states.next()).value;
  assertEquals(first.queue.counts.waiting, await store.waiting());
  await store.cancel(jobId(29), "No longer needed");
  await eventually("the change", async () => {
    const { counts, recent } = (await states.next()).value.queue;
    return counts.cancelled === 1 && recent[0].id === jobId(29);
  });
  await states.return(undefined);
});

/** The states that a stream of server-sent events brings. */
async function* readStates(response: Response) {
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^event: state\ndata: (.*)$/.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

Deno.test("the dashboard serves its page under every view, and nothing inline in it", async () => {
  await using dashboard = await startDashboard();
  const page = await (await dashboard.get("/dashboard/jobs/some-id?x=1")).text();
  const script = /<script type="importmap">(.*?)<\/script>/.exec(page)?.[1] ?? "";
  assertEquals(Object.keys(JSON.parse(script).imports).includes("preact"), true);
  const { headers } = await fetch(`${dashboard.origin}/dashboard/`).then(async (response) => {
    await response.body?.cancel();
    return response;
  });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  const policy = headers.get("content-security-policy") ?? "";
  assert(policy.includes(`'sha256-${new Uint8Array(digest).toBase64()}'`), policy);
  assert(!policy.includes("unsafe"), policy);
  const names = [...page.matchAll(/(?:href|src)="(\/dashboard\/[^"]+)"/g)].map(([, path]) => path);
  for (const path of names) {
    const response = await dashboard.get(path ?? "");
    await response.body?.cancel();
    assertEquals(response.status, 200, path);
  }
});

Deno.test("the dashboard refuses what it does not know", async () => {
  await using dashboard = await startDashboard();
  const status = async (path: string, init?: RequestInit) => {
    const response = await dashboard.get(path, { redirect: "manual", ...init });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status("/"), 302);
  assertEquals(await status("/api/nothing"), 404);
  assertEquals(await status("/dashboard/nothing.js"), 404);
  assertEquals(await status("/dashboard/..%2f..%2fdeno.json"), 200, "A view that is unknown");
  assertEquals(await status("/api/jobs/%E0%A4%A"), 400);
  assertEquals(await status("/api/live", { method: "HEAD" }), 200);
  assertEquals(await status("/api/ping", { method: "POST" }), 405);
  assertEquals(await status("/dashboard/", { method: "DELETE" }), 405);
  assertEquals(await status(`/api/ping?${"x".repeat(9000)}`), 414);
});

Deno.test("the dashboard answers with 304 to who has a file already", async () => {
  await using dashboard = await startDashboard();
  const first = await dashboard.get("/dashboard/main.js");
  await first.body?.cancel();
  const etag = first.headers.get("etag") ?? "";
  const second = await dashboard.get("/dashboard/main.js", { headers: { "if-none-match": etag } });
  await second.body?.cancel();
  assertEquals([first.status, second.status], [200, 304]);
});
