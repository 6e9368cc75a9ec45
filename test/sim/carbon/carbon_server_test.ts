import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { type CarbonServer, startCarbonServer } from "../../../sim/carbon/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { eventually } from "../../_eventually.ts";
import { send } from "../../contract/carbon/scene.ts";

async function values(server: CarbonServer, target: string): Promise<[number, number][]> {
  const query = new URLSearchParams({ target, format: "json", from: "-1h", noNullPoints: "1" });
  const answer = await fetch(`http://127.0.0.1:${server.graphitePort}/render?${query}`);
  return (await answer.json())[0]?.datapoints ?? [];
}

Deno.test("startCarbonServer() aggregates and keeps by the original's rules", async () => {
  const clock = new VirtualClock();
  await using server = await startCarbonServer({ clock });
  const second = clock.now() / 1000;
  const managers = ["alpha", "beta"].map((name) => `copilot.jobmanager.generic.${name}`);
  await send(
    server.aggregatorPort,
    managers.map((path) => `${path}.job.failed.count 2 ${second}\n`),
  );
  await clock.advance(60_000);
  const total = "copilot.aggregate.jobmanager.generic.rt.totalJobs";
  assertEquals(await values(server, total), [[4, second]]);
  assertEquals(await values(server, `${managers[0]}.job.failed.count`), [[2, second]]);
  assertEquals(server.counts, { series: 4, lines: 2, badLines: 0, dropped: 0 });
});

Deno.test("startCarbonServer() finds its series and ports again", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "series.sqlite");
  const clock = new VirtualClock();
  const second = clock.now() / 1000;
  let ports: Pick<CarbonServer, "carbonPort" | "aggregatorPort" | "graphitePort">;
  {
    await using server = await startCarbonServer({ clock, file });
    const { carbonPort, aggregatorPort, graphitePort } = server;
    ports = { carbonPort, aggregatorPort, graphitePort };
    await send(server.carbonPort, [`copilot.a 1 ${second}\nnot a point\n`]);
    assertEquals([server.counts.lines, server.counts.badLines], [2, 1]);
  }
  {
    await using server = await startCarbonServer({ clock, file, ...ports });
    assertEquals(server.graphitePort, ports.graphitePort);
    assertEquals(await values(server, "copilot.a"), [[1, second]]);
    const other = startCarbonServer({ carbonPort: ports.carbonPort });
    await assertRejects(() => other, Deno.errors.AddrInUse);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("startCarbonServer() refuses rules that it cannot read", async () => {
  await assertRejects(() => startCarbonServer({ rules: "nothing" }), SyntaxError, "Cannot read");
  await assertRejects(() => startCarbonServer({ schemas: "nothing" }), SyntaxError, "Cannot read");
});

Deno.test("senders beyond the most wait for one to leave", async () => {
  const clock = new VirtualClock();
  await using server = await startCarbonServer({ clock, maxConnections: 2 });
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port: server.carbonPort });
  const line = new TextEncoder().encode(`copilot.waiting 1 ${clock.now() / 1000}\n`);
  const first = await connect();
  using _second = await connect();
  const third = send(server.carbonPort, [line]);
  // Both hold their places: what the third has sent is not read before one of them leaves.
  for (let looks = 0; looks < 20; looks++) {
    assertEquals(await values(server, "copilot.waiting"), []);
  }
  first.close();
  await third;
  assertEquals((await values(server, "copilot.waiting")).length, 1);
});

Deno.test("a server with all places taken stops", async () => {
  const server = await startCarbonServer({ maxConnections: 1 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.carbonPort });
  using _waiting = await Deno.connect({ hostname: "127.0.0.1", port: server.carbonPort });
  await connection.write(new TextEncoder().encode("copilot.a 1 -1\n"));
  await server[Symbol.asyncDispose]();
});

Deno.test("dropConnections() cuts every sender off and goes on listening", async () => {
  const clock = new VirtualClock();
  await using server = await startCarbonServer({ clock });
  using sender = await Deno.connect({ hostname: "127.0.0.1", port: server.carbonPort });
  const line = (name: string) => new TextEncoder().encode(`copilot.${name} 1 -1\n`);
  await sender.write(line("before"));
  await eventually("the line", () => server.counts.lines === 1);
  server.dropConnections();
  const end = await sender.read(new Uint8Array(1)).catch(() => null);
  assertEquals(end, null);
  await send(server.carbonPort, [line("after")]);
  assertEquals((await values(server, "copilot.after")).length, 1);
});
