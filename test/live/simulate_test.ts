/** The load test against real servers. */
import { assert, assertEquals } from "@std/assert";
import { type ProgramResult, runProgram } from "../tools/_program.ts";
import { assertEnded } from "../tools/_tool_site.ts";
import { ACCOUNTS, PASSWORD, type Xmpp } from "./_job_run.ts";
import { hasChirpServer, startChirpServer } from "./chirp_server.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasRedisServer, startRedisProcess } from "./redis_server.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const SMALL = ["--agents=10", "--jobs=100", "--job-duration=uniform(1ms,20ms)", "--json"];

interface Report {
  readonly succeeded: number;
  readonly failed: number;
  readonly lost: number;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly violations: readonly unknown[];
}

/** Every job must have ended well. */
function assertAllDone(result: ProgramResult): Report {
  assertEnded(result, 0);
  const report = result.json<Report>();
  const { succeeded, failed, lost, violations } = report;
  assertEquals([succeeded, failed, lost, violations], [100, 0, 0, []]);
  return report;
}

async function simulateOn(xmpp: Xmpp, ...flags: readonly string[]): Promise<Report> {
  const args = [
    ...SMALL,
    "--transport=tcp",
    `--server=${xmpp.host}:${xmpp.port}`,
    `--domain=${xmpp.domain}`,
    ...xmpp.caFile === undefined ? [] : [`--ca=${xmpp.caFile}`],
    ...flags,
  ];
  const env = { JM_JABBER_PASSWORD: PASSWORD, AGENT_JABBER_PASSWORD: PASSWORD };
  return assertAllDone(await runProgram("simulate", { args, env }));
}

Deno.test({
  name: hasProsody ? "simulate on Prosody" : "simulate on Prosody (not installed)",
  ignore: !hasProsody,
  fn: async () => {
    await using prosody = await startProsody({ accounts: ACCOUNTS });
    const { cpuSeconds } = await simulateOn(prosody);
    assertEquals(Object.keys(cpuSeconds).toSorted(), ["agents", "manager", "redis", "this"]);
  },
});

Deno.test({
  name: hasEjabberd ? "simulate on ejabberd, over TLS" : "simulate on ejabberd (not installed)",
  ignore: !hasEjabberd,
  fn: async () => {
    await using ejabberd = await startEjabberd(ACCOUNTS);
    await simulateOn(ejabberd, "--tls=require-starttls");
  },
});

Deno.test({
  name: hasRedisServer
    ? "simulate on redis-server, in memory and over TCP"
    : "simulate on redis-server (not installed)",
  ignore: !hasRedisServer,
  fn: async () => {
    await using redis = await startRedisProcess();
    for (const transport of ["memory", "tcp"]) {
      const args = [...SMALL, `--transport=${transport}`, `--redis=${redis.host}:${redis.port}`];
      const { cpuSeconds } = assertAllDone(await runProgram("simulate", { args }));
      assert(!Object.hasOwn(cpuSeconds, "redis"));
    }
  },
});

Deno.test({
  name: hasChirpServer ? "simulate on chirp_server" : "simulate on chirp_server (not installed)",
  ignore: !hasChirpServer,
  fn: async () => {
    await using chirp = await startChirpServer();
    assertAllDone(
      await runProgram("simulate", {
        args: [
          ...SMALL,
          "--transport=tcp",
          `--chirp=127.0.0.1:${chirp.port}`,
          `--chirp-folder=${chirp.root}`,
          "--job-output=uniform(1kB,50kB)",
        ],
      }),
    );
  },
});

Deno.test({
  name: hasProsody
    ? "simulate ends at once where Prosody refuses an account"
    : "simulate with a refused account (Prosody is not installed)",
  ignore: !hasProsody,
  fn: async () => {
    await using prosody = await startProsody({ accounts: ACCOUNTS });
    const args = [
      ...SMALL,
      "--transport=tcp",
      `--server=${prosody.host}:${prosody.port}`,
      `--domain=${prosody.domain}`,
    ];
    for (const [wrong, code] of [["JM", 2], ["AGENT", 1]] as const) {
      const env = { JM_JABBER_PASSWORD: PASSWORD, AGENT_JABBER_PASSWORD: PASSWORD };
      const result = await runProgram("simulate", {
        args,
        env: { ...env, [`${wrong}_JABBER_PASSWORD`]: "wrong" },
      });
      assertEnded(result, code);
      assert(/not-authorized|refuse/i.test(result.stdout + result.stderr), result.stdout);
    }
  },
});

Deno.test("simulate says which server it cannot reach", async () => {
  const args = ["--agents=1", "--jobs=1", "--transport=tcp", "--redis=127.0.0.1:1"];
  const result = await runProgram("simulate", { args });
  assertEnded(result, 3);
  assert(result.stderr.includes("127.0.0.1:1"), result.stderr);
});
