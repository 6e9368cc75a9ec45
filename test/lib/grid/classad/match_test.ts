import { assert, assertEquals } from "@std/assert";
import {
  meetsRequirements,
  parseClassAd,
  suitEachOther,
  unmetClauses,
  writeValue,
} from "../../../../lib/grid/classad/mod.ts";
import { formatHostJdl } from "../../../../lib/protocol/jdl.ts";

const MACHINE = parseClassAd(formatHostJdl({
  hostName: "vm.example.org",
  version: "0",
  platform: "Linux-x86_64",
  kernelRelease: "6.1.0",
  localDiskKiB: 10_000_000,
  memoryMiB: 2048,
  freeMemoryMiB: 1024,
  swapMiB: 0,
  freeSwapMiB: 0,
}));

Deno.test("a job of AliEn and the machine of an agent suit each other", () => {
  const job = parseClassAd(`[
    Type = "Job";
    Executable = "/alice/bin/aliroot.sh";
    Requirements = other.Type == "machine" && other.Memory >= 1000 && other.LocalDiskSpace > 5M;
  ]`);
  assert(suitEachOther(job, MACHINE));
  // The agent's machine takes jobs only.
  const notAJob = parseClassAd('Type = "Collection"');
  assert(meetsRequirements(notAJob, MACHINE) && !suitEachOther(notAJob, MACHINE));
});

Deno.test("unmetClauses() tells which parts are not met, and what they are worth", () => {
  const job = parseClassAd(
    'Requirements = other.Memory >= 1000 && (other.Swap > 0 && member(other.Packages, "VO_ALICE@ROOT")) && other.Memory < "much"',
  );
  const unmet = unmetClauses(job, MACHINE);
  assertEquals(unmet.map(({ clause, value }) => [clause, writeValue(value)]), [
    ["other.Swap > 0", "undefined"],
    ['member(other.Packages, "VO_ALICE@ROOT")', "undefined"],
    ['other.Memory < "much"', "error"],
  ]);
  assertEquals(unmetClauses(parseClassAd("a = 1"), MACHINE), []);
});
