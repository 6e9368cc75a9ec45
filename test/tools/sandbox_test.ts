import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { SandboxAddresses } from "../../sim/sandbox_config.ts";
import { freePort } from "../_free_port.ts";
import { type Program, type ProgramName, runProgram, startProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "copilot_sandbox_" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Starts a sandbox with `--json`. */
function startSandbox(directory: string, ...more: readonly string[]): Program {
  return startProgram("sandbox", { args: ["--dir", directory, "--json", ...more] });
}

async function readAddresses(sandbox: Program): Promise<SandboxAddresses> {
  return JSON.parse(await sandbox.printed(/^\{/));
}

function runTool(name: ProgramName, addresses: SandboxAddresses, ...args: readonly string[]) {
  return runProgram(name, { args, env: { COPILOT_CONFIG: addresses.directories.config } });
}

Deno.test("sandbox --json prints where everything is, and stops at SIGINT", async () => {
  await inDirectory(async (directory) => {
    await using sandbox = startSandbox(directory);
    const addresses = await readAddresses(sandbox);
    assertEquals(addresses.directories.config, directory);
    const { xmpp, redis, chirp } = addresses.ports;
    for (const port of [xmpp, redis, chirp]) {
      (await Deno.connect({ hostname: addresses.hostname, port })).close();
    }
    sandbox.signal("SIGINT");
    assertEnded(await sandbox.end(), 0);
  });
});

Deno.test("sandbox brings queue and ports back in the same directory", async () => {
  await inDirectory(async (directory) => {
    const ports = { xmpp: freePort(), redis: freePort(), chirp: freePort() };
    let flags = Object.entries(ports).map(([name, port]) => `--${name}-port=${port}`);
    let id = "";
    for (const ending of ["SIGTERM", "SIGKILL", "SIGINT"] as const) {
      await using sandbox = startSandbox(directory, ...flags);
      const addresses = await readAddresses(sandbox);
      if (id === "") {
        const submitted = await runTool("submit", addresses, "--command=true", "--json");
        [id = ""] = submitted.json<{ ids: string[] }>().ids;
        flags = [];
      }
      assertEquals(addresses.ports, ports);
      const shown = await runTool("jobs", addresses, "show", id, "--json");
      assertEquals(shown.json<{ state: string }>().state, "waiting");
      sandbox.signal(ending);
      await sandbox.end();
    }
  });
});

Deno.test("sandbox says what to type next", async () => {
  await inDirectory(async (directory) => {
    await using sandbox = startProgram("sandbox", { args: ["--dir", directory] });
    assertMatch(await sandbox.printed(/export/), new RegExp(`COPILOT_CONFIG=${directory}$`));
    await sandbox.printed(/deno task submit/);
  });
});

Deno.test("sandbox names a port that is taken", async () => {
  await inDirectory(async (directory) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await using sandbox = startSandbox(join(directory, "site"), `--redis-port=${port}`);
    const result = await sandbox.end();
    assertEnded(result, 2, new RegExp(`redis on port ${port}: the port is in use`));
    assert(!result.stderr.includes("COPILOT_DEBUG"), result.stderr);
  });
});
