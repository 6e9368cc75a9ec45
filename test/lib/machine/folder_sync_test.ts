import { assert, assertEquals, assertRejects } from "@std/assert";
import { syncFolder } from "../../../lib/machine/_folder_sync.ts";

Deno.test("calls at the same time are served by one write, a later one by another", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot-sync-" });
  try {
    const [one, same] = [syncFolder(folder), syncFolder(folder)];
    assert(one === same);
    // The write has begun: a name that is changed now may come too late for it.
    await Promise.resolve();
    await Promise.resolve();
    const later = syncFolder(folder);
    assert(later !== one);
    assert(later === syncFolder(folder));
    await Promise.all([one, later]);
    assert(syncFolder(folder) !== later);
    await syncFolder(folder);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("a folder that cannot be written fails for all who asked, and only for them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot-sync-" });
  const missing = `${folder}/missing`;
  const asked = [syncFolder(missing), syncFolder(missing)];
  for (const failing of asked) await assertRejects(() => failing, Deno.errors.NotFound);
  await Deno.mkdir(missing);
  assertEquals(await syncFolder(missing), undefined);
  await Deno.remove(folder, { recursive: true });
});
