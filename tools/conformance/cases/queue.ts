/**
 * The queue in Redis, as the original's tools and managers share it.
 *
 * @module
 */
import { againstManager } from "../case.ts";
import { must, mustEqual } from "../verdict.ts";
import { GET_JOB, jobOf, takeJob, takeNext, WANT_JOB } from "./_agent_side.ts";
import { PROBE, PROBED } from "./_probe.ts";

/** Cases about the queue. */
export const QUEUE_CASES = againstManager([
  {
    id: "queue/redis/1",
    level: "MUST",
    rule: "A job submitted as the original does, LPUSH and job:ID:description, is handed out.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const { id } = await jobs.submit();
      const text = `files.example.org::::${id}.in::::###go.sh::::go.sh::::1 2::::A=b::::P::::`;
      await jobs.redis.call(["SET", `job:${id}:description`, text]);
      const job = jobOf(await (await peer()).ask(manager, GET_JOB, "runJob"));
      mustEqual(
        [job["id"], job["chirpUrl"], job["inputDir"], job["command"], job["arguments"]],
        [id, "files.example.org", `${id}.in`, "go.sh", "1 2"],
        "id, chirpUrl, inputDir, command and arguments",
      );
    },
  },
  {
    id: "queue/redis/2",
    level: "MUST",
    rule: "A job that is handed out is no longer in waiting_jobs.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      await takeJob(stage);
      mustEqual(await stage.jobs.waiting(), [], "The queue");
    },
  },
  {
    id: "queue/redis/3",
    level: "SHOULD",
    rule: "An id without description is dropped, and the next job handed out at once.",
    source: "design",
    known: { perl: "it drops the id and leaves the request unanswered" },
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const { id } = await jobs.submit();
      const ghosts = [`${id}-ghost-1`, `${id}-ghost-2`];
      await jobs.redis.call(["RPUSH", jobs.queue, ghosts[0] ?? ""]);
      await jobs.redis.call(["LPUSH", jobs.queue, ghosts[1] ?? ""]);
      const runJob = await (await peer()).ask(manager, GET_JOB, "runJob");
      mustEqual(jobOf(runJob)["id"], id, "The job that was handed out");
    },
  },
  {
    id: "queue/redis/4",
    level: "SHOULD",
    rule: "An id that could name a path is not handed out.",
    source: "design",
    known: { perl: "it puts the id into a shell" },
    fatal: { perl: "the id reaches a shell" },
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const bad = `../${(await peer()).newId()}`;
      jobs.own(bad);
      await jobs.redis.call(["SET", `job:${bad}:description`, "c::::in::::::::x::::::::::::::::"]);
      await jobs.redis.call(["LPUSH", jobs.queue, bad]);
      const agent = await peer();
      await agent.hearAck(agent.say(manager, GET_JOB));
      await agent.hearNo("runJob");
    },
  },
  {
    id: "queue/redis/5",
    level: "MUST",
    rule: "Jobs that share the first one's input directory (--number) are each handed out.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const first = await stage.jobs.submit();
      const second = await stage.jobs.submit({ inputDir: first.inputDir });
      const taken = [
        await takeNext(stage, await stage.peer()),
        await takeNext(stage, await stage.peer()),
      ];
      const ids = taken.map(({ id }) => id).sort();
      mustEqual(ids, [first.id, second.id].sort(), "The jobs that were handed out");
      for (const { runJob } of taken) {
        mustEqual(jobOf(runJob)["inputDir"], first.inputDir, "inputDir");
      }
    },
  },
  {
    id: "queue/order/1",
    level: "SHOULD",
    rule: "Jobs are handed out in the order in which they were submitted.",
    source: "design",
    known: { perl: "LPUSH and LPOP: last in, first out" },
    needs: ["jobs"],
    run: async (stage) => {
      const ids: string[] = [];
      for (let number = 0; number < 3; number++) ids.push((await stage.jobs.submit()).id);
      const taken: string[] = [];
      for (const _ of ids) taken.push((await takeNext(stage, await stage.peer())).id);
      mustEqual(taken, ids, "The order of the jobs");
    },
  },
  {
    id: "queue/order/2",
    level: "MUST",
    rule: "Ten agents that ask at once get ten different jobs.",
    source: "report 1; design",
    needs: ["jobs"],
    run: async ({ manager, peer, sibling, jobs }) => {
      for (let number = 0; number < 10; number++) await jobs.submit();
      const first = await peer();
      const agents = [first];
      while (agents.length < 10) agents.push(await sibling(first));
      for (const agent of agents) agent.say(manager, GET_JOB);
      const ids: string[] = [];
      for (const agent of agents) ids.push(jobOf(await agent.hear("runJob"))["id"] ?? "");
      mustEqual(new Set(ids).size, 10, "Number of different jobs");
      mustEqual(await jobs.waiting(), [], "The queue");
    },
  },
  {
    id: "queue/cooldown/1",
    level: "SHOULD",
    rule:
      "Without a cooldown the manager writes no agentseen key, which would send agents to sleep.",
    source: "design",
    notWith: ["cooldown"],
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      // The original acknowledges first: its answer to this comes after whatever it has written.
      await agent.ask(manager, PROBE, PROBED);
      const key = `agentseen::${agent.bare.replace(/@.*$/, "")}`;
      const seen = await jobs.redis.call(["EXISTS", key]);
      must(seen === 0, `There is a key ${key}`);
    },
  },
]);
