import { assertEquals } from "@std/assert";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { hostContract } from "../../contract/host.ts";

hostContract("modelHost()", () =>
  modelHost({
    processes: [
      { cpuPercent: 1.5, memoryPercent: 2, residentKiB: 10, time: "00:00:01", command: "sh" },
    ],
  }));

Deno.test("modelHost() tells what it was given", async () => {
  let load = 0;
  const host = modelHost({
    identity: { name: "node7.example.org" },
    load: () => ({ oneMinute: ++load, fiveMinutes: 0, fifteenMinutes: 0 }),
    paths: ["/opt/software"],
  });
  assertEquals((await host.identity()).name, "node7.example.org");
  assertEquals((await host.load()).oneMinute, 1);
  assertEquals((await host.load()).oneMinute, 2);
  assertEquals(await host.exists("/opt/software"), true);
});

Deno.test("modelHost().freeDiskKiB() looks at the disk that holds the path", async () => {
  const disk = { device: "/dev/a", mountPoint: "/", totalMiB: 9, usedMiB: 1, availableMiB: 1 };
  const host = modelHost({
    disks: [{ ...disk, mountPoint: "/data", availableMiB: 5 }, disk],
  });
  assertEquals(await host.freeDiskKiB("/data/job"), 5120);
  assertEquals(await host.freeDiskKiB("/database"), 1024);
});
