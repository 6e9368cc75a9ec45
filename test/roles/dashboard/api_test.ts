/** What the dashboard tells programs and its own pages, over the embedded Redis, MongoDB and Graphite. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { eventually } from "../../_eventually.ts";
import {
  agentUser,
  connectionDocument,
  fillAgents,
  fillMetrics,
  fillQueue,
  insertConnections,
  jobId,
  startDashboard,
  startDashboardSite,
} from "./_site.ts";

const DAY_MS = 86_400_000;

Deno.test("/api/connections lists agents as the original does", async () => {
  await using site = await startDashboardSite();
  const now = Date.now();
  await insertConnections(site.mongo, [
    { ...connectionDocument(1, now), loc: [6.1, 46.2] },
    { ...connectionDocument(4, now), updated_at: new Date(now - 3_600_000) },
    { ...connectionDocument(2, now), agent_data: { component: "jobmanager" } },
    { ...connectionDocument(3, now), loc: "nowhere" },
  ]);
  await using dashboard = await startDashboard({ sources: site.sources });
  const active = await dashboard.json("/api/connections?allactive=true");
  assertEquals(active.length, 1, "connected agents with a place");
  assertEquals(Object.keys(active[0]), ["_id", "loc"]);
  assertEquals(active[0].loc, [6.1, 46.2]);
  const since = async (ms: number) => (await dashboard.json(`/api/connections?from=${ms}`)).length;
  assertEquals([await since(now - 2 * 3_600_000), await since(now - 60_000)], [2, 1]);
  for (const query of ["", "?from=x", "?allactive=false"]) {
    const response = await dashboard.get(`/api/connections${query}`);
    assertEquals([response.status, await response.text()], [400, '{"error":true}'], query);
  }
});

Deno.test("/api/connections/ID tells of a connection and of its agent's week", async () => {
  await using site = await startDashboardSite();
  const now = Date.now();
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const at = (days: number, succeeded: number) => ({
    ...connectionDocument(1, now),
    created_at: new Date(today - days * DAY_MS + 1000),
    succeeded_jobs: succeeded,
    failed_jobs: 1,
    contributed_time: 60,
  });
  await insertConnections(site.mongo, [at(0, 5), at(2, 7), at(2, 1), at(8, 100)]);
  await using dashboard = await startDashboard({ sources: site.sources });
  const [{ _id }] = await dashboard.json("/api/connections?allactive=true");
  const { contributions, ...document } = await dashboard.json(`/api/connections/${_id}`);
  assertEquals(contributions, {
    succeeded: [[today - 2 * DAY_MS, 8], [today, 5]],
    failed: [[today - 2 * DAY_MS, 2], [today, 1]],
    cputime: [[today - 2 * DAY_MS, 120], [today, 60]],
  });
  assertEquals(document.user, agentUser(1));
  assertEquals(document.agent_data.id, "a-1");
  assertEquals([document._id, document.loc], [undefined, undefined]);
  for (const id of ["0123456789abcdef01234567", "no-id", "%00"]) {
    const response = await dashboard.get(`/api/connections/${id}`);
    assertEquals([response.status, await response.text()], [404, '{"error":true}'], id);
  }
});

Deno.test("/api/jobs pages through jobs and finds them", async () => {
  await using site = await startDashboardSite();
  await fillQueue(site.queue.store, 130);
  await using dashboard = await startDashboard({ sources: site.sources });
  const first = await dashboard.json("/api/jobs");
  assertEquals([first.jobs.length, first.hasMore, first.counts.held], [50, true, 1]);
  const last = await dashboard.json("/api/jobs?offset=100");
  assertEquals([last.jobs.length, last.hasMore], [30, false]);
  const failed = await dashboard.json("/api/jobs?state=failed");
  assertEquals(failed.jobs.length, failed.counts.failed);
  const one = await dashboard.json(`/api/jobs?q=${jobId(12)}`);
  assertEquals(one.jobs.map(({ id }: { id: string }) => id), [jobId(12)]);
  const reason = await dashboard.json("/api/jobs?q=too%20large&state=failed");
  assert(reason.jobs.length > 0);
  for (const query of ["state=lost", "offset=-1", "offset=1e3", `q=${"x".repeat(201)}`]) {
    const response = await dashboard.get(`/api/jobs?${query}`);
    await response.body?.cancel();
    assertEquals(response.status, 400, query);
  }
});

Deno.test("/api/jobs/ID tells all of a job and why it waits", async () => {
  await using site = await startDashboardSite();
  await fillQueue(site.queue.store, 20);
  await fillAgents(site.mongo, 10);
  await using dashboard = await startDashboard({ sources: site.sources });
  const { job, history, why } = await dashboard.json(`/api/jobs/${jobId(19)}`);
  assertEquals([job.state, history[0].event], ["waiting", "submitted"]);
  assertMatch(why.summary, /^It waits for its turn behind \d+ other jobs?$/);
  assert(why.facts.includes("8 agents are connected"), why.facts);
  assertEquals(
    (await dashboard.get("/api/jobs/none").then(async (response) => {
      await response.body?.cancel();
      return response;
    })).status,
    404,
  );
});

Deno.test("jobs are changed with the token alone", async () => {
  await using site = await startDashboardSite();
  await fillQueue(site.queue.store, 10);
  await using dashboard = await startDashboard({ sources: site.sources, token: "a-long-secret" });
  const change = async (path: string, headers: Record<string, string> = {}, body = "{}") => {
    const response = await dashboard.get(`/api/jobs/${path}`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        authorization: "Bearer a-long-secret",
        ...headers,
      },
    });
    return { status: response.status, ...await response.json() };
  };
  const id = jobId(9);
  assertEquals((await change(`${id}/hold`, { authorization: "Bearer guess" })).status, 401);
  assertEquals((await change(`${id}/hold`, { authorization: "" })).status, 401);
  assertEquals((await change(`${id}/hold`, { "sec-fetch-site": "cross-site" })).status, 403);
  assertEquals((await change(`${id}/hold`, { "content-type": "text/plain" })).status, 415);
  assertEquals((await change(`${id}/hold`, {}, "x".repeat(5000))).status, 400);
  assertEquals((await site.queue.store.get(id))?.state, "waiting");

  const held = await change(`${id}/hold`, {}, '{"reason": "not\\nyet"}');
  assertEquals([held.status, held.state], [200, "held"]);
  assertEquals((await site.queue.store.history(id)).at(-1)?.reason, "not yet");
  assertEquals((await change(`${id}/release`)).state, "waiting");
  assertEquals((await change(`${id}/cancel`)).state, "cancelled");
  assertEquals((await change(`${id}/rerun`)).state, "waiting");
  const refused = await change(`${id}/release`);
  assertEquals(refused.status, 409);
  assertMatch(refused.message, /Cannot release/);
  assertEquals((await change("none/cancel")).status, 404);
  const { sources } = await dashboard.json("/api/overview");
  assertEquals(sources.queue.state, "ok", "a refused change is no fault of the queue");
});

Deno.test("nobody changes jobs where no token is configured, or after many wrong ones", async () => {
  await using site = await startDashboardSite();
  await using closed = await startDashboard({ sources: site.sources });
  await using open = await startDashboard({ sources: site.sources, token: "secret" });
  const check = async ({ get }: typeof closed, token: string) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const response = await get("/api/token", { method: "POST", body: "{}", headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await check(closed, "undefined"), 403);
  assertEquals(await check(open, "secret"), 200);
  for (let guess = 0; guess < 20; guess++) assertEquals(await check(open, `${guess}`), 401);
  assertEquals(await check(open, "secret"), 429);
});

Deno.test("/api/agents lists agents, and tells one's history", async () => {
  await using site = await startDashboardSite();
  await fillAgents(site.mongo, 60);
  await fillQueue(site.queue.store, 10);
  await using dashboard = await startDashboard({ sources: site.sources });
  const connected = await dashboard.json("/api/agents");
  assertEquals([connected.connections.length, connected.total, connected.hasMore], [25, 48, true]);
  const all = await dashboard.json("/api/agents?show=all&offset=50");
  assertEquals([all.connections.length, all.total, all.hasMore], [10, 60, false]);
  const found = await dashboard.json("/api/agents?show=all&q=agent_a-59_");
  assertEquals(found.connections[0].agent, "a-59");
  assertEquals((await dashboard.json("/api/agents?q=.*")).total, 0, "taken literally");
  const { connections, totals, jobs } = await dashboard.json("/api/agents/a-5");
  assertEquals([connections.length, totals.succeeded, totals.failed], [1, 35, 2]);
  assertEquals(jobs.length, 1);
  assertEquals((await dashboard.json("/api/agents/nobody")).error, true);
});

Deno.test("/api/places takes near agents together, and /api/world draws what they stand on", async () => {
  await using site = await startDashboardSite();
  await fillAgents(site.mongo, 200);
  await using dashboard = await startDashboard({ sources: site.sources });
  const [far, near, world] = await Promise.all([
    dashboard.json("/api/places?zoom=0"),
    dashboard.json("/api/places?zoom=8"),
    dashboard.json("/api/world"),
  ]);
  type Dot = { x: number; y: number; count: number; cluster: number };
  const agents = (dots: readonly Dot[]) => dots.reduce((sum, { count }) => sum + count, 0);
  assertEquals([agents(far.dots), agents(near.dots), far.count], [160, 160, 160]);
  assert(far.dots.length < near.dots.length);
  const inside = ({ x, y }: Dot) => x >= 0 && x <= world.width && y >= 0 && y <= world.height;
  assertEquals(near.dots.every(inside), true);
  assertMatch(world.land, /^M[\d.,LMZ-]+$/);
  const { cluster, count } = far.dots[0];
  const members = await dashboard.json(`/api/places/${cluster}`);
  assertEquals(members.connections.length, Math.min(50, count));
  assertEquals((await dashboard.json("/api/places/77777777")).connections, []);
});

Deno.test("neither an id that an agent chose nor a question without sense breaks a source", async () => {
  await using site = await startDashboardSite();
  const chosen = { ...connectionDocument(1, Date.now()), _id: "chosen", loc: [6.1, 46.2] };
  await insertConnections(site.mongo, [chosen]);
  await using dashboard = await startDashboard({ sources: site.sources });
  const { dots } = await dashboard.json("/api/places?zoom=8");
  assertEquals((await dashboard.json(`/api/places/${dots[0].cluster}`)).connections, []);
  const wrong = await dashboard.get("/api/stats?target=a&from=nonsense");
  assertEquals(
    [wrong.status, (await wrong.json()).message],
    [400, "Graphite does not understand this"],
  );
  const { sources } = await dashboard.json("/api/overview");
  assertEquals([sources.mongodb.state, sources.graphite.state], ["ok", "ok"]);
});

Deno.test("/api/graphs and /api/managers read what the monitor has written", async () => {
  await using site = await startDashboardSite();
  await fillMetrics(site.carbon);
  await using dashboard = await startDashboard({ sources: site.sources });
  const ids = [
    "jobs",
    "outcomes",
    "queue",
    "connected",
    "errors",
    "durations",
    "load",
    "memory",
    "swap",
    "network",
    "disks",
  ];
  for (const mode of ["realtime", "hourly", "daily", "weekly"]) {
    for (const id of ids) {
      const { times, series } = await dashboard.json(`/api/graphs/${id}?mode=${mode}`);
      assert(series.length > 0, `${id} ${mode}`);
      assertEquals(series[0].values.length, times.length);
    }
  }
  const { series } = await dashboard.json("/api/graphs/network");
  const labels = series.map(({ label }: { label: string }) => label);
  assertEquals(labels, ["in eth0, alpha", "in eth0, beta", "out eth0, alpha", "out eth0, beta"]);
  const { managers } = await dashboard.json("/api/managers");
  assertEquals(managers.map(({ name }: { name: string }) => name), ["alpha", "beta"]);
  assertEquals(managers[1].disks[0].name, "sda1");
  assert(managers[0].network[0].sent > 0);
  assertEquals((await dashboard.json("/api/graphs/none")).error, true);
});

Deno.test("a source that breaks breaks nothing else, and is used again when it is back", async () => {
  await using site = await startDashboardSite({ patienceMs: 1000 });
  await fillQueue(site.queue.store, 10);
  await using dashboard = await startDashboard({ sources: site.sources });
  const agents = (total: number) =>
    eventually(
      `${total} agents`,
      async () => (await dashboard.json("/api/agents")).total === total,
    );
  await agents(0);
  await site.mongo[Symbol.asyncDispose]();
  const broken = await dashboard.json("/api/agents");
  assertEquals([broken.source, broken.state], ["mongodb", "broken"]);
  assertMatch(
    broken.message,
    /^Cannot read from mongodb:\/\/127.0.0.1:\d+/,
  );
  const { queue, attention } = await dashboard.json("/api/overview");
  assertEquals(queue.counts.held, 1);
  const titles = attention.map(({ title }: { title: string }) => title);
  assert(titles.includes("MongoDB cannot be read"), titles);
  assertEquals((await dashboard.json("/api/graphs/load")).series, []);

  await using mongo = await startMongoServer({ port: site.mongo.port });
  await fillAgents(mongo, 10);
  await agents(8);
});
