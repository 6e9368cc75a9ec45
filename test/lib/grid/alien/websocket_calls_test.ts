import { assert, assertEquals, assertRejects } from "@std/assert";
import { GridError } from "../../../../lib/grid/adapter.ts";
import { websocketCalls } from "../../../../lib/grid/alien/websocket_calls.ts";
import { CentralServices, startAlienServer } from "../../../../sim/grid/alien/mod.ts";

/** Services and a client. */
async function withServices(
  run: (services: CentralServices, calls: ReturnType<typeof websocketCalls>) => Promise<void>,
  timeoutMs?: number,
) {
  const services = new CentralServices();
  await using server = startAlienServer(services);
  await using calls = websocketCalls({ url: server.url, timeoutMs });
  await run(services, calls);
}

Deno.test("commands that are called at once are answered each by its own answer", async () => {
  await withServices(async (services, calls) => {
    const paths = Array.from({ length: 50 }, (_, index) => `/alice/file-${index}`);
    for (const path of paths) services.addFile(path, path);
    const answers = await Promise.all(paths.map((path) => calls.call("stat", [path])));
    assertEquals(answers.map(({ results: [found] }) => found?.["file"]), paths);
  });
});

Deno.test("a command whose answer is lost fails, the next one has a session of its own", async () => {
  await withServices(async (services, calls) => {
    for (const kind of ["lost", "broken"] as const) {
      services.faults.plan({ at: "whoami", kind });
      const error = await assertRejects(
        () => calls.call("whoami", []),
        GridError,
        "session was closed",
      );
      assert(error.transient);
      assertEquals((await calls.call("whoami", [])).results[0]?.["username"], "hartem");
    }
  });
});

Deno.test("a late answer is not taken for that of the next command", async () => {
  await withServices(async (services, calls) => {
    services.faults.plan({ at: "whoami", kind: "slow", delayMs: 300 });
    await assertRejects(() => calls.call("whoami", []), GridError, "no answer in 100 ms");
    const { results: [first] } = await calls.call("pwd", []);
    assertEquals(first?.["path"], services.home);
  }, 100);
});

Deno.test("a command that waits for its turn can be broken off, the one before it goes on", async () => {
  await withServices(async (services, calls) => {
    services.faults.plan({ at: "whoami", kind: "slow", delayMs: 200 });
    const stop = new AbortController();
    const first = calls.call("whoami", []);
    const second = calls.call("pwd", [], { signal: stop.signal });
    const reason = new Error("Stopped by the test");
    stop.abort(reason);
    assertEquals(await assertRejects(() => second), reason);
    assertEquals((await first).results[0]?.["username"], "hartem");
  });
});

Deno.test("a session is refused without a certificate that the services accept", async () => {
  await withServices(async (services, calls) => {
    services.acceptsCertificates = false;
    const error = await assertRejects(() => calls.call("whoami", []), GridError, "401");
    assert(error.transient);
    services.acceptsCertificates = true;
    assertEquals((await calls.call("whoami", [])).exitCode, 0);
  });
});

Deno.test("a command that is not known is told as JAliEn tells it", async () => {
  await withServices(async (_, calls) => {
    assertEquals(await calls.call("fly", []), {
      exitCode: 2,
      error: "Command [fly] not found!",
      results: [],
    });
  });
});
