/**
 * Large output passes through agent, Chirp server and manager without ever being held in memory. The
 * servers are a sandbox's, so that its Chirp server is measured, too.
 */
import { assert, assertEquals } from "@std/assert";
import { printLine } from "../../lib/cli.ts";
import type { Program } from "../tools/_program.ts";
import { run, Site, startSandboxProcess } from "./_site.ts";

const MIB = 1024 * 1024;
/** How much more memory a process may take for a large output than for one of 1 MiB, in MiB. */
const MOST_GROWTH_MIB = 150;
/** Longest time for one job, in milliseconds. */
const LIMIT_MS = 80_000;

/** Largest resident memory of a process so far, in MiB. */
async function peakMiB({ pid }: Program): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
  assert(kib !== undefined, status);
  return Number(kib) / 1024;
}

/** Runs a job that writes so much from a device, and checks that its archive holds it. */
async function produce(site: Site, device: "zero" | "urandom", sizeMiB: number): Promise<void> {
  const script = `#!/bin/sh\nhead -c ${sizeMiB}M /dev/${device} > big\n`;
  const command = await site.file(`${device}.sh`, script);
  const [id = ""] = await site.submit({ command });
  await site.untilEnded([id], LIMIT_MS);
  await site.assertEndedOnce([id]);
  const job = await site.job(id);
  const archive = site.archiveOf(job);
  const listing = await run("tar", "tvzf", archive, "./big");
  assertEquals(listing.split(/\s+/)[2], `${sizeMiB * MIB}`, listing);
  const seconds = ((job.finishedMs ?? 0) - (job.leasedMs ?? 0)) / 1000;
  const archiveMiB = (await Deno.stat(archive)).size / MIB;
  printLine(
    `${sizeMiB} MiB of /dev/${device}: ${seconds.toFixed(1)} s from hand-out to end, ` +
      `${(sizeMiB / seconds).toFixed(0)} MiB/s, archive of ${archiveMiB.toFixed(1)} MiB`,
  );
}

Deno.test("an output of 1 GiB takes no more memory than one of 1 MiB", async () => {
  await using site = await Site.open(startSandboxProcess);
  const processes = {
    manager: await site.startRole("jobmanager"),
    agent: await site.startRole("agent"),
    "servers of the sandbox": site.servers.process(),
  };
  const peaks = async () => {
    const entries = Object.entries(processes).map(async ([name, program]) => {
      return [name, await peakMiB(program)] as const;
    });
    return new Map(await Promise.all(entries));
  };
  await produce(site, "urandom", 1);
  const before = await peaks();
  await produce(site, "zero", 1024);
  await produce(site, "urandom", 256);
  for (const [name, peak] of await peaks()) {
    const growth = peak - (before.get(name) ?? 0);
    printLine(`${name}: peak ${peak.toFixed(0)} MiB, ${growth.toFixed(0)} MiB more than before`);
    assert(growth < MOST_GROWTH_MIB, `${name} grew by ${growth} MiB`);
  }
});
