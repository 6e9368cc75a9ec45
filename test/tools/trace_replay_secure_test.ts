/** Traces of the original's secure mode, replayed against live roles of ours that have keys of their own. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/cli.ts";
import { systemClock } from "../../lib/clock.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { silentLogger } from "../../lib/log.ts";
import { systemRandom } from "../../lib/random.ts";
import { parseRsaPrivateKey, type RsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { MemoryWorkspace } from "../../sim/machine/memory_workspace.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import type { XmppServer } from "../../sim/xmpp/mod.ts";
import { openTrace, type TraceKeys } from "../../tools/trace/open_trace.ts";
import { type LiveOptions, replayLive } from "../../tools/trace/replay/live.ts";
import type { LiveKeys } from "../../tools/trace/replay/live_keys.ts";
import { neededJobs } from "../../tools/trace/replay/needs.ts";
import { writeScript } from "../../tools/trace/replay/script.ts";
import {
  guardAgent,
  guardManager,
  secureKeyManager,
} from "../../tools/trace/replay/secure_roles.ts";
import { readTrace } from "../traces.ts";
import {
  account,
  jidOf,
  link,
  liveOptions,
  never,
  startLiveServer,
  whenOnline,
  withAgent,
} from "./_live_replay.ts";

const TRACE = "secure-mode-patched.jsonl";
const GUARD = { clock: systemClock, random: systemRandom, log: silentLogger };

function privateKey(name: string): RsaPrivateKey {
  const url = new URL(`../../fixtures/vectors/${name}.priv`, import.meta.url);
  return parseRsaPrivateKey(Deno.readTextFileSync(url));
}

/** Opens the trace. */
const THEN: TraceKeys = new Map([["km@copilot.test", privateKey("km")]]);
/** The site's keys: a manager's and a key manager's, the other way round than in the recording. */
const [MANAGER_KEY, KEY_MANAGER_KEY] = [privateKey("km"), privateKey("jm")];

/** What a replay needs that speaks to managers. */
function askingKeys(publicKeys: LiveKeys["publicKeys"]): LiveKeys {
  return { privateKeys: THEN, publicKeys };
}

/** The replay as an agent of a site with a manager and a key manager. */
function asAgent(server: XmppServer, secure: LiveKeys): LiveOptions {
  return {
    ...liveOptions(server, ""),
    peers: [
      { then: "jm@copilot.test", now: jidOf("jobmanager") },
      { then: "km@copilot.test", now: jidOf("keymanager") },
    ],
    secure,
  };
}

Deno.test("trace replay plays an agent in secure mode against a live manager and key manager", async () => {
  await using server = await startLiveServer();
  using redis = new RedisStore({ clock: systemClock });
  const store = new RedisJobStore(memoryRedisCalls(redis));
  const records = readTrace(TRACE);
  for (const { job } of neededJobs(writeScript(openTrace(records, THEN), "agent"))) {
    await store.submit({ ...job, id: "another-id", inputDir: "another-id" }, {});
  }
  const keys = new Map([
    [jidOf("jobmanager"), MANAGER_KEY],
    [jidOf("keymanager"), KEY_MANAGER_KEY],
  ]);
  const parts = { keys, keyManager: jidOf("keymanager") };
  const manager = new JobManager({
    link: guardManager(link(server, "jobmanager"), jidOf("jobmanager"), parts, GUARD),
    store,
    chirpFolder: new MemoryWorkspace({ root: "/chirp" }),
    chirpAddress: "chirp.live.test:9094",
    cooldownSeconds: 60,
    log: silentLogger,
  });
  const keyManager = secureKeyManager(link(server, "keymanager"), parts, GUARD);
  const stop = new AbortController();
  const running = [manager.run(stop.signal), keyManager.run(stop.signal)];
  await using _roles = {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
  const publicKeys = new Map([...keys].map(([jid, key]) => [jid, key.publicKey]));
  const live = asAgent(server, askingKeys(publicKeys));
  const result = await replayLive(records, "agent", live, {}, never());
  assertEquals(result, { differences: [], said: 12, heard: 13 });
  assertEquals((await store.get("another-id"))?.state, "succeeded");
  // With a wrong key the manager refuses what it cannot open, and the replay tells.
  const wrong = new Map(publicKeys).set(jidOf("jobmanager"), KEY_MANAGER_KEY.publicKey);
  const refused = await replayLive(
    records,
    "agent",
    asAgent(server, askingKeys(wrong)),
    { stopAtFirst: true },
    never(),
  );
  assertMatch(refused.differences[0]?.came ?? "", /^security_error/);
});

Deno.test("trace replay plays manager and key manager in secure mode against a live agent", async () => {
  await using server = await startLiveServer();
  const keys = new Map([
    [jidOf("replay"), MANAGER_KEY],
    [jidOf("replay-km"), KEY_MANAGER_KEY],
  ]);
  const live: LiveOptions = {
    ...liveOptions(server, "worker"),
    accounts: [account("replay", "jm@copilot.test"), account("replay-km", "km@copilot.test")],
    secure: { privateKeys: new Map([...THEN, ...keys]), publicKeys: new Map() },
    speed: 4,
  };
  const seen = Promise.all([whenOnline(server), whenOnline(server, "replay-km")]);
  const replay = replayLive(readTrace(TRACE), "manager", live, {}, never());
  await seen;
  const parts = { keys, keyManager: jidOf("replay-km") };
  await withAgent(guardAgent(link(server, "worker"), parts, GUARD), async () => {
    const { differences, said } = await replay;
    // The original's agent does not acknowledge its ticket; ours does.
    assertEquals(differences.map(({ kind, came }) => `${kind} ${came?.slice(0, 4)}`), [
      "unexpected ack ",
    ]);
    assertEquals(said, 13);
  });
});

Deno.test("trace replay says which key a live replay in secure mode lacks", async () => {
  const server = { hostname: "127.0.0.1", port: 1 } as XmppServer;
  const asking = asAgent(server, askingKeys(new Map()));
  const answering: LiveOptions = {
    ...liveOptions(server, "worker"),
    accounts: [account("replay", "jm@copilot.test"), account("replay-km", "km@copilot.test")],
    secure: askingKeys(new Map()),
  };
  for (
    const [side, live, message] of [
      ["agent", asking, /^Cannot write to keymanager@live\.test: .* --public-keys FILE$/],
      [
        "manager",
        answering,
        /^Cannot play km@copilot\.test: --key replay-km@live\.test=FILE is missing$/,
      ],
    ] as const
  ) {
    const play = () => replayLive(readTrace(TRACE), side, live, {}, never());
    const error = await assertRejects(play, UsageError);
    assertMatch(error.message, message);
  }
});
