/** A dashboard that ends while it is asked: by viewers who do not read, of sources that do not answer. */
import { assertEquals } from "@std/assert";
import { Graphite } from "../../../roles/dashboard/sources/graphite.ts";
import { openMongoConnections } from "../../../roles/dashboard/sources/mongo_connections.ts";
import { eventually } from "../../_eventually.ts";
import { startSilentServer } from "../_server_states.ts";
import { startDashboard, startDashboardSite } from "./_site.ts";

/** What asks Graphite twice and MongoDB three times: the overview asks both. */
const PATHS = ["/api/managers", "/api/agents", "/api/places", "/api/overview"];
const QUESTIONS = 5;

Deno.test("a dashboard that ends lets go of sources that do not answer", async () => {
  await using silent = startSilentServer();
  const address = `127.0.0.1:${silent.port}`;
  await using opened = openMongoConnections({
    url: `mongodb://${address}`,
    database: "site",
    patienceMs: 300_000,
  });
  const queue = Promise.withResolvers<never>();
  const statuses: Promise<number>[] = [];
  {
    const { count, counted } = countCalls();
    const graphite = counted(new Graphite({ url: `http://${address}/` }));
    const connections = counted(opened.connections);
    await using dashboard = await startDashboard({
      sources: {
        queue: () => queue.promise,
        graphite: () => Promise.resolve(graphite),
        mongodb: () => Promise.resolve(connections),
      },
    });
    for (const path of [...PATHS, "/api/live"]) {
      statuses.push(
        dashboard.get(path).then(async (response) => {
          await response.text();
          return response.status;
        }),
      );
    }
    await eventually("all questions", () => count() === QUESTIONS);
  }
  assertEquals(await Promise.all(statuses), [503, 503, 503, 200, 200]);
  queue.reject(new Error("Too late"));
});

/** Counts calls of objects' methods. */
function countCalls() {
  let calls = 0;
  return {
    count: () => calls,
    counted: <T extends object>(target: T): T =>
      new Proxy(target, {
        get(_, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return (...args: unknown[]) => {
            calls++;
            return Reflect.apply(method, target, args);
          };
        },
      }),
  };
}

Deno.test("a dashboard that ends does not wait for who does not read", async () => {
  await using site = await startDashboardSite();
  await using viewers = new AsyncDisposableStack();
  await using dashboard = await startDashboard({ sources: site.sources });
  const { hostname, port } = new URL(dashboard.origin);
  for (let viewer = 0; viewer < 3; viewer++) {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    viewers.defer(() => connection.close());
    const request = `GET /api/world HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`;
    // More than fits on the way.
    await connection.write(new TextEncoder().encode(request.repeat(100)));
  }
  await dashboard.json("/api/ping");
});
