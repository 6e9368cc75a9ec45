/** The dashboard in the background, started as its users do. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { freePort } from "../../_free_port.ts";
import { runProgram } from "../../tools/_program.ts";
import { startDashboardSite } from "./_site.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_background_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("copilot-dashboard start, status and stop", async () => {
  await using site = await startDashboardSite();
  await inFolder(async (folder) => {
    const port = freePort();
    const pidFile = join(folder, "dashboard.pid");
    const run = (verb: string, file = pidFile) =>
      runProgram("dashboard", {
        args: [verb, "--host=127.0.0.1", `--port=${port}`],
        env: {
          COPILOT_CONFIG: folder,
          DASH_PID_FILE: file,
          DASH_LOG_FILE: join(folder, "dashboard.log"),
          JM_REDIS_SERVER: site.redis.hostname,
          JM_REDIS_PORT: `${site.redis.port}`,
          DASH_GRAPHITE_HOST: site.carbon.hostname,
          DASH_GRAPHITE_PORT: `${site.carbon.graphitePort}`,
          DASH_MONGODB_HOST: site.mongo.hostname,
          DASH_MONGODB_PORT: `${site.mongo.port}`,
        },
      });
    const before = await run("status");
    assertEquals([before.code, before.stdout], [1, "copilot-dashboard is not running\n"]);
    try {
      const started = await run("start");
      assertEquals(started.stderr, "");
      assertEquals([started.code, started.stdout], [
        0,
        `Starting Co-Pilot Dashboard on 127.0.0.1:${port}...\n`,
      ]);
      const pid = (await Deno.readTextFile(pidFile)).trim();
      const { stdout } = await run("status");
      assertEquals(
        stdout,
        `copilot-dashboard is running\n  PID: ${pid}\n  Host: 127.0.0.1\n  Port: ${port}\n`,
      );
      const again = await run("start");
      assertEquals([again.code, again.stderr.includes(`already running (${pid})`)], [1, true]);
      const elsewhere = await run("start", join(folder, "other.pid"));
      assertMatch(elsewhere.stderr, /has not started: another one answers there, unknown to/);
      assertEquals(elsewhere.code, 1);
      // With no more permissions than deno.json gives it.
      for (const path of ["jobs", "agents", "managers"]) {
        const response = await fetch(`http://127.0.0.1:${port}/api/${path}`);
        await response.body?.cancel();
        assertEquals(response.status, 200, path);
      }
    } finally {
      const stopped = await run("stop");
      assertMatch(stopped.stdout, /^Stopping copilot-dashboard \(\d+\)\n$/);
      assertEquals(stopped.code, 0);
    }
    assertEquals((await run("stop")).code, 1);
    assertMatch(await Deno.readTextFile(join(folder, "dashboard.log")), /Dashboard at .*Stopped/s);
  });
});

Deno.test("copilot-dashboard ends no process that is none of its own", async () => {
  await inFolder(async (folder) => {
    const pidFile = join(folder, "dashboard.pid");
    const run = () =>
      runProgram("dashboard", {
        args: ["stop"],
        env: { COPILOT_CONFIG: folder, DASH_PID_FILE: pidFile },
      });
    await Deno.writeTextFile(pidFile, `${Deno.pid}\n`);
    assertEquals((await run()).stdout, "copilot-dashboard is not running\n");
    await Deno.writeTextFile(pidFile, "1; reboot");
    const refused = await run();
    assertEquals(refused.code, 2);
    assertMatch(refused.stderr, /Expected the number of a process/);
  });
});
