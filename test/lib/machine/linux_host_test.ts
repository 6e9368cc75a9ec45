import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { linuxHost } from "../../../lib/machine/linux_host.ts";
import { hostContract } from "../../contract/host.ts";

/** A name service that knows nothing and asks nobody. */
const isKnownName = () => Promise.resolve(false);

hostContract("linuxHost()", () => linuxHost({ isKnownName }));

Deno.test("linuxHost().processes() finds this very process", async () => {
  const processes = await linuxHost({ isKnownName }).processes();
  const own = processes.find(({ command }) => command === "deno");
  assert(own !== undefined && own.residentKiB > 1000 && own.memoryPercent > 0);
});

Deno.test("linuxHost().freeDiskKiB() rejects for a path that does not exist", async () => {
  await assertRejects(() => linuxHost({ isKnownName }).freeDiskKiB("/no/such/path"));
});

/** Takes all readings in a process with few permissions. */
async function readWith(...permissions: readonly string[]) {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-read=/"],
      "--allow-sys=hostname,osRelease,loadavg,systemMemoryInfo,statfs",
      ...permissions,
      fromFileUrl(import.meta.resolve("./_read_host.ts")),
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text.startsWith("{"), new TextDecoder().decode(stderr));
  return JSON.parse(text) as { mountPoints: string[]; processes: number | null };
}

Deno.test("linuxHost() reads through the shell where /proc is closed", async () => {
  const { mountPoints, processes } = await readWith("--allow-run=/bin/sh");
  assert(mountPoints.includes("/") && (processes ?? 0) > 0);
});

Deno.test("linuxHost() knows the root's disk where it may run nothing", async () => {
  assertEquals(await readWith(), { mountPoints: ["/"], processes: null });
});
