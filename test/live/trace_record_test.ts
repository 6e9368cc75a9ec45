/** The recording proxy in front of Prosody, with our roles on both sides of it, and the replay of what it wrote. */
import { assert, assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../lib/log.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { makeInputDirectory } from "../../lib/jobs/chirp_folder.ts";
import { systemClock } from "../../lib/clock.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { processRunner } from "../../lib/machine/process_runner.ts";
import { connectChirp } from "../../lib/chirp/mod.ts";
import { parseChirpAddress } from "../../lib/chirp/address.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import { parseTrace, stanzaOf, type TraceRecord } from "../../lib/trace/mod.ts";
import { Agent } from "../../roles/agent.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { startChirpServer } from "../../sim/chirp/mod.ts";
import { modelHost } from "../../sim/machine/model_host.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { startProxy } from "../../tools/trace/record/proxy.ts";
import { TraceWriter } from "../../tools/trace/record/trace_writer.ts";
import { replayInMemory } from "../../tools/trace/replay/in_memory.ts";
import { tellStory } from "../../tools/trace/show/story.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";
import { eventually } from "../_eventually.ts";

const LOOPBACK = "127.0.0.1";
const ACCOUNTS = new Map([["jm", "secret of jm"], ["agent", "secret of agent"]]);
const log = createLogger({ sinks: [] });

/** Runs one job through Prosody, everything said by way of a recording proxy; returns the trace. */
async function recordJob(folder: string): Promise<string> {
  await using prosody = await startProsody({ accounts: ACCOUNTS, tls: true });
  let text = "";
  const decoder = new TextDecoder();
  const startMs = systemClock.now();
  const writer = new TraceWriter({ write: (bytes) => text += decoder.decode(bytes) });
  const proxy = startProxy({
    listen: { hostname: LOOPBACK, port: 0 },
    to: { hostname: prosody.host, port: prosody.port },
    writer,
    seconds: () => (systemClock.now() - startMs) / 1000,
  });
  const link = (user: string, resource: string) =>
    xmppLink({
      jid: Jid.parse(`${user}@${prosody.domain}`),
      password: ACCOUNTS.get(user) ?? "",
      host: LOOPBACK,
      port: proxy.address.port,
      resource,
    });
  const chirpFolder = diskWorkspace(`${folder}/chirp`);
  await Deno.mkdir(`${folder}/chirp`);
  await Deno.mkdir(`${folder}/work`);
  await using chirp = await startChirpServer({
    root: `${folder}/chirp`,
    rootAcl: "address:127.0.0.1 l\n",
  });
  const chirpAddress = `${LOOPBACK}:${chirp.port}`;
  using redis = new RedisStore({ clock: systemClock });
  const store = new RedisJobStore(memoryRedisCalls(redis));
  await makeInputDirectory(chirpFolder, "input");
  await chirpFolder.writeText("input/run.sh", "#!/bin/sh\nexit 0\n");
  const job = { inputDir: "input", inputFiles: ["run.sh"], command: "run.sh" };
  const rest = { arguments: "", environment: "", packages: "" };
  await store.submit({ id: "the-job", chirpUrl: chirpAddress, ...job, ...rest }, {});
  // Nobody is there to listen: reports want no acknowledgement.
  const monitor = `monitor@${prosody.domain}`;
  const stop = new AbortController();
  const said = memorySink();
  const manager = new JobManager({
    link: link("jm", "alpha"),
    store,
    chirpFolder,
    chirpAddress,
    monitor: { monitor, component: "jobmanager.test" },
    log: createLogger({ sinks: [said] }),
  });
  const agent = new Agent({
    manager: `jm@${prosody.domain}`,
    monitor,
    link: link("agent", "one"),
    host: modelHost(),
    workspace: diskWorkspace(`${folder}/work`),
    runner: processRunner(),
    openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth: ["address"] }),
    log,
  });
  const managing = manager.run(stop.signal);
  // An agent that asks for the second time within a minute is sent to sleep where its trace is replayed.
  await eventually(
    "the manager's session",
    () => said.records.some(({ message }) => message.startsWith("Online as")),
  );
  const running = [managing, agent.run(stop.signal)];
  await eventually(
    "the job's end",
    async () => (await store.get("the-job"))?.state === "succeeded",
  );
  // What would be cut off would be missing where the trace is replayed.
  await eventually("the end of all that is said", () => isSettled(parseTrace(text)));
  stop.abort();
  await Promise.all(running);
  await proxy[Symbol.asyncDispose]();
  writer.close();
  return text;
}

/** True when the agent has asked for another job, and everything is acknowledged. */
function isSettled(records: readonly TraceRecord[]): boolean {
  const said = records.flatMap((record) => {
    const stanza = record.dir === "c2s" ? stanzaOf(record) : undefined;
    return stanza?.name === "message" ? [decodeMessage(stanza)] : [];
  });
  const acked = new Set(said.flatMap((message) => message.kind === "ack" ? [message.ack] : []));
  const commands = said.filter((message) => message.kind === "command");
  const requests = commands.filter(({ info }) => info.attributes["command"] === "want_getJob");
  return requests.length === 2 && commands.every(({ noack, id }) => noack || acked.has(id));
}

const suffix = hasProsody ? "on Prosody" : "on Prosody (not installed)";
Deno.test(`trace record ${suffix} writes a job down so that it can be shown and replayed`, {
  ignore: !hasProsody,
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot_trace_" });
  try {
    const text = await recordJob(folder);
    assert(!text.includes("starttls") && !text.includes(btoa("secret of jm")));
    const records = parseTrace(text);
    const story = tellStory(records);
    const told = story.steps.filter((step) => step.type === "saying");
    // Reports go to a monitor that is not there, whatever else is said meanwhile.
    const titles = told.map(({ title }) => title)
      .filter((title) => !/^(report|update|store.*Details|service-unavailable)/.test(title));
    const [first] = titles.flatMap((title, index) => title === "have_getJob" ? [index] : []);
    assertEquals(titles.slice(first, (first ?? 0) + 6), [
      "have_getJob",
      "getJob",
      "runJob",
      "want_getJobOutputDir",
      "have_getJobOutputDir",
      "getJobOutputDir",
    ]);
    const done = told.find(({ title }) => title === "jobDone");
    assertEquals(done?.values.find(({ name }) => name === "exitCode")?.value, "0");
    assertEquals(done?.acks, 1);
    for (const side of ["agent", "manager"] as const) {
      const { differences, heard } = await replayInMemory(records, side);
      assertEquals(
        differences.map(({ kind, line, came, detail }) => [side, kind, line, came, detail]),
        [],
      );
      assert(heard >= 10, `Only ${heard} stanzas came`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
