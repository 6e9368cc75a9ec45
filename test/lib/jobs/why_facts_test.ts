import { assertEquals } from "@std/assert";
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import { QueueView } from "../../../lib/jobs/queue_view.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { gatherWhyFacts } from "../../../lib/jobs/why_facts.ts";
import { startRedisServer } from "../../../sim/redis/mod.ts";

const JOB = {
  id: "j1",
  chirpUrl: "chirp.example.org:9094",
  inputDir: "j1",
  inputFiles: [],
  command: "hostname",
  arguments: "",
  environment: "",
  packages: "",
};

/** Lets something happen before it first says where a job stands. */
class InterruptedView extends QueueView {
  meanwhile: (() => Promise<unknown>) | undefined;

  override async place(id: string) {
    await this.meanwhile?.();
    this.meanwhile = undefined;
    return await super.place(id);
  }
}

Deno.test("gatherWhyFacts() looks again at a job that is handed out meanwhile", async () => {
  await using server = await startRedisServer({ port: 0 });
  await using calls = await connectRedis({ host: "127.0.0.1", port: server.port });
  const store = new RedisJobStore(calls);
  const view = new InterruptedView(calls);
  await store.submit(JOB);
  assertEquals((await gatherWhyFacts({ store, view }, "j1"))?.place, { ahead: 0, waiting: 1 });
  view.meanwhile = () =>
    store.lease({
      agent: "agent@site/a",
      manager: "jobmanager@site/a",
      leaseSeconds: 60,
      unacknowledgedSeconds: 60,
    });
  const facts = await gatherWhyFacts({ store, view }, "j1");
  assertEquals([facts?.job.state, facts?.place, facts?.history.length], ["leased", undefined, 2]);
  assertEquals(await gatherWhyFacts({ store, view }, "unknown"), undefined);
});
