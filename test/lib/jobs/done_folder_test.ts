import { assertEquals } from "@std/assert";
import { dayDirectory, storeArchive } from "../../../lib/jobs/done_folder.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";

const NOON = new Date(2011, 2, 25, 12).getTime();
const DAY_MS = 86_400_000;

async function setup() {
  const folders = { chirp: new MemoryWorkspace(), done: new MemoryWorkspace() };
  await folders.chirp.makeDirectory("one.1");
  await folders.chirp.writeText("one.1/one.tgz", "output");
  return folders;
}

Deno.test("dayDirectory() is the local date", () => {
  assertEquals(dayDirectory(new Date(2011, 2, 25, 0, 0, 0).getTime()), "20110325");
  assertEquals(dayDirectory(new Date(2011, 2, 25, 23, 59, 59).getTime()), "20110325");
  assertEquals(dayDirectory(new Date(2026, 0, 1).getTime()), "20260101");
});

Deno.test("storeArchive() moves an archive to its day and opens it to everybody", async () => {
  const folders = await setup();
  assertEquals(await storeArchive(folders, "one.1/one.tgz", "one", NOON), "20110325/one.tgz");
  assertEquals(await folders.done.readText("20110325/one.tgz"), "output");
  assertEquals(await folders.done.mode("20110325/one.tgz"), 0o666);
  assertEquals(await folders.chirp.exists("one.1/one.tgz"), false);
});

Deno.test("storeArchive() finds what a crash left moved, today or the day before", async () => {
  for (const laterMs of [0, DAY_MS]) {
    const folders = await setup();
    await storeArchive(folders, "one.1/one.tgz", "one", NOON);
    const again = await storeArchive(folders, "one.1/one.tgz", "one", NOON + laterMs);
    assertEquals(again, "20110325/one.tgz");
  }
});

Deno.test("storeArchive() replaces the archive of an earlier lease", async () => {
  const folders = await setup();
  await storeArchive(folders, "one.1/one.tgz", "one", NOON);
  await folders.chirp.makeDirectory("one.2");
  await folders.chirp.writeText("one.2/one.tgz", "newer");
  await storeArchive(folders, "one.2/one.tgz", "one", NOON);
  assertEquals(await folders.done.readText("20110325/one.tgz"), "newer");
});

Deno.test("storeArchive() says when there is nothing", async () => {
  const folders = await setup();
  assertEquals(await storeArchive(folders, "two.1/two.tgz", "two", NOON), undefined);
  assertEquals(await storeArchive(folders, "one.2/one.tgz", "one", NOON), undefined);
});
