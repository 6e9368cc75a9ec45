/**
 * What every {@linkcode Host} tells.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Host } from "../../lib/machine/host.ts";

/** True for a number that a size or share can be. */
function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/**
 * Registers the tests of the seam for one kind of host. The host has at least one disk, at `/`.
 *
 * @param kind Name of the kind, put before the tests' names.
 * @param make Makes the host.
 */
export function hostContract(kind: string, make: () => Host): void {
  const test = (behaviour: string, run: (host: Host) => Promise<void>) =>
    Deno.test(`${kind}: Host ${behaviour}`, () => run(make()));

  test("knows who it is, and stays it", async (host) => {
    const identity = await host.identity();
    assertMatch(identity.name, /^[\w-]+(\.[\w-]+)*$/);
    assertMatch(identity.platform, /^\w+-\w+$/);
    assertMatch(identity.kernelRelease, /^\S+$/);
    assertEquals(await host.identity(), identity);
  });

  test("reads its load", async (host) => {
    const { oneMinute, fiveMinutes, fifteenMinutes } = await host.load();
    for (const average of [oneMinute, fiveMinutes, fifteenMinutes]) assert(isAmount(average));
  });

  test("reads its memory", async (host) => {
    const memory = await host.memory();
    assert(Object.values(memory).every((value) => isAmount(value) && Number.isInteger(value)));
    assert(memory.totalMiB > 0);
    assert(memory.freeMiB <= memory.totalMiB && memory.availableMiB <= memory.totalMiB);
    assert(memory.swapFreeMiB <= memory.swapTotalMiB);
  });

  test("reads its disks, each place once, none without blocks", async (host) => {
    const disks = await host.disks();
    assert(disks.some(({ mountPoint }) => mountPoint === "/"));
    assertEquals(new Set(disks.map(({ mountPoint }) => mountPoint)).size, disks.length);
    for (const disk of disks) {
      assert(disk.device !== "" && disk.mountPoint.startsWith("/"));
      assert(isAmount(disk.totalMiB) && isAmount(disk.availableMiB));
      assert(disk.usedMiB <= disk.totalMiB);
    }
  });

  test("reads its processes", async (host) => {
    for (const process of await host.processes()) {
      assert(isAmount(process.cpuPercent) && isAmount(process.residentKiB));
      assert(process.memoryPercent >= 0 && process.memoryPercent <= 100);
      assertMatch(process.time, /^(\d+-)?\d\d:\d\d:\d\d$/);
      assert(process.command !== "");
    }
  });

  test("tells the free space of a path's file system, and whether a path exists", async (host) => {
    assert(isAmount(await host.freeDiskKiB("/")));
    assertEquals(await host.exists("/"), true);
    assertEquals(await host.exists("/no/such/path"), false);
    await assertRejects(() => host.freeDiskKiB("no/such/path"));
  });
}
