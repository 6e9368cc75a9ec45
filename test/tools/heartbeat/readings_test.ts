import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readStatus, STATUS_COMPONENTS } from "../../../lib/messaging/heartbeat_status.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { parseStatus } from "../../../tools/heartbeat/readings.ts";

Deno.test("parseStatus() reads what the plugin writes", async () => {
  const host = modelHost({
    load: { oneMinute: 0.9, fiveMinutes: 0.65, fifteenMinutes: 0.52 },
    processes: [
      { cpuPercent: 99.5, memoryPercent: 2, residentKiB: 512, time: "00:10:00", command: "root" },
      { cpuPercent: 0, memoryPercent: 0, residentKiB: 0, time: "00:00:00", command: "" },
    ],
  });
  assertEquals(parseStatus("systemLoad", await readStatus("systemLoad", host)), [
    { oneMinute: 0.9, fiveMinutes: 0.65, fifteenMinutes: 0.52 },
  ]);
  assertEquals(parseStatus("diskUsage", await readStatus("diskUsage", host)), [{
    path: "/dev/vda1",
    mountPoint: "/",
    totalMiB: 20_480,
    usedMiB: 10_240,
    availableMiB: 10_240,
    usedPercent: 50,
  }]);
  assertEquals(parseStatus("memoryUsage", await readStatus("memoryUsage", host)), [
    { memory: "mem", usedMiB: 512, availableMiB: 1536 },
    { memory: "swap", usedMiB: 0, availableMiB: 0 },
  ]);
  assertEquals(parseStatus("runningProcesses", await readStatus("runningProcesses", host)), [
    { cpuPercent: 99.5, memoryPercent: 2, residentKiB: 512, time: "00:10:00", command: "root" },
    { cpuPercent: 0, memoryPercent: 0, residentKiB: 0, time: "00:00:00", command: "-" },
  ]);
});

Deno.test("parseStatus() finds no rows where there is nothing to tell", async () => {
  const status = await readStatus("runningProcesses", modelHost());
  assertEquals(parseStatus("runningProcesses", status), []);
  for (const component of STATUS_COMPONENTS) assertEquals(parseStatus(component, ""), []);
});

Deno.test("parseStatus() knows the units of sizes, and MiB where there is none", () => {
  const sizes = (text: string) => parseStatus("diskUsage", `totalBlocks=${text}####`)[0]?.totalMiB;
  assertEquals(["100", "100M", "2G", "1.5T", "512K"].map(sizes), [100, 100, 2048, 1_572_864, 0.5]);
  assertEquals(["", "-", "10X", "1e3", "-5", "0x10"].map(sizes), Array(6).fill(undefined));
});

Deno.test("parseStatus() leaves open what an answer does not tell", () => {
  assertEquals(parseStatus("diskUsage", "path=/dev/a::::/dev/b####used%=5%####"), [
    {
      path: "/dev/a",
      mountPoint: "",
      totalMiB: undefined,
      usedMiB: undefined,
      availableMiB: undefined,
      usedPercent: 5,
    },
    {
      path: "/dev/b",
      mountPoint: "",
      totalMiB: undefined,
      usedMiB: undefined,
      availableMiB: undefined,
      usedPercent: undefined,
    },
  ]);
});

Deno.test("parseStatus() takes any text, within limits", () => {
  fc.assert(fc.property(fc.string(), fc.constantFrom(...STATUS_COMPONENTS), (text, component) => {
    parseStatus(component, text);
  }));
  const rows = parseStatus("memoryUsage", `memory=${"x::::".repeat(50_000)}y####__proto__=1####`);
  assert(rows.length <= 10_000);
});
