/** What every role and tool has in common: help, usage, configuration, servers that are not there. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { PROGRAM_NAMES, type ProgramName, runProgram, startProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

/** Configuration of an agent, or of a manager and its tools, for servers that are not there. */
function configFor(prefix: "AGENT" | "JM", directory: string): Record<string, string> {
  const port = `${closedPort()}`;
  const own = prefix === "AGENT"
    ? { JM_JABBER_ADDRESS: "jobmanager@localhost", AGENT_WORK_DIR: join(directory, "work") }
    : {
      JM_REDIS_SERVER: "127.0.0.1",
      JM_REDIS_PORT: port,
      JM_CHIRP_SERVER: "127.0.0.1",
      JM_CHIRP_WORK_DIR: join(directory, "chirp"),
    };
  return {
    COPILOT_CONFIG: directory,
    [`${prefix}_JABBER_SERVER`]: "127.0.0.1",
    [`${prefix}_JABBER_PORT`]: port,
    [`${prefix}_JABBER_ID`]: "somebody",
    [`${prefix}_JABBER_PASSWORD`]: "the-password",
    ...own,
  };
}

/** A port on which nobody listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "copilot_programs_" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const name of PROGRAM_NAMES) {
  Deno.test(`${name} --help says how it is used, and a wrong flag is a usage error`, async () => {
    const [help, version, wrong] = await Promise.all([
      runProgram(name, { args: ["--help"] }),
      runProgram(name, { args: ["--version"] }),
      runProgram(name, { args: ["--no-such-flag"] }),
    ]);
    assertEnded(help, 0);
    assertMatch(help.stdout, /^Usage: \S+/m);
    assertEquals(help.stderr, "");
    assertEnded(version, 0);
    assertMatch(version.stdout, /\d+\.\d+\.\d+/);
    assertEnded(wrong, 2, /--no-such-flag/);
    assertMatch(wrong.stderr, /Try: \S+ --help/);
    assertEquals(wrong.stdout, "");
  });
}

/** Programs that need configuration, with one variable that they miss without any. */
const NEEDS: readonly (readonly [ProgramName, readonly string[], string, string])[] = [
  ["agent", [], "JM_JABBER_ADDRESS", "copilot-agent.conf"],
  ["jobmanager", [], "JM_CHIRP_WORK_DIR", "copilot-jobmanager-generic.conf"],
  ["submit", ["--command=true"], "JM_CHIRP_WORK_DIR", "copilot-jobmanager-generic.conf"],
];

for (const [name, args, variable, file] of NEEDS) {
  Deno.test(`${name} names variable, file and example where configuration is missing`, async () => {
    await inDirectory(async (directory) => {
      const result = await runProgram(name, { args, env: { COPILOT_CONFIG: directory } });
      assertEnded(result, 2, new RegExp(`^ +${variable} is not set$`, "m"));
      assert(result.stderr.includes(join(directory, file)), result.stderr);
      assertMatch(result.stderr, new RegExp(`example: ${variable} \\S+`));
    });
  });
}

Deno.test("a wrong value is named with the flag, file or environment it came from", async () => {
  await inDirectory(async (directory) => {
    const env = { ...configFor("JM", directory), JM_REDIS_PORT: "many" };
    assertEnded(
      await runProgram("jobs", { args: ["list"], env }),
      2,
      /JM_REDIS_PORT[^]*environment/,
    );
    const flags = { args: ["list", "--redis-port=0"], env };
    assertEnded(await runProgram("jobs", flags), 2, /JM_REDIS_PORT[^]*command line/);
    await Deno.writeTextFile(
      join(directory, "copilot-jobmanager-generic.conf"),
      "JM_LEASES maybe\n",
    );
    const { JM_REDIS_PORT: _, ...rest } = env;
    assertEnded(
      await runProgram("jobmanager", { env: rest }),
      2,
      /JM_LEASES[^]*copilot-jobmanager-generic\.conf line 1/,
    );
  });
});

for (
  const [name, args] of [["jobs", ["list"]], ["submit", ["--command=true"]], [
    "jobmanager",
    [],
  ]] as const
) {
  Deno.test(`${name} exits with 3 where Redis cannot be reached`, async () => {
    await inDirectory(async (directory) => {
      const env = configFor("JM", directory);
      const result = await runProgram(name, { args, env });
      assertEnded(result, 3, new RegExp(`127.0.0.1:${env.JM_REDIS_PORT}`));
      assertEquals(result.stderr.trimEnd().split("\n").length, 1, result.stderr);
    });
  });
}

Deno.test("agent goes on trying where the XMPP server cannot be reached, until stopped", async () => {
  await inDirectory(async (directory) => {
    const env = configFor("AGENT", directory);
    await using agent = startProgram("agent", { env });
    await agent.logged(
      new RegExp(`Offline: .*127.0.0.1:${env.AGENT_JABBER_PORT}; next attempt`),
      2,
    );
    agent.signal("SIGTERM");
    assertEnded(await agent.end(), 0);
  });
});
