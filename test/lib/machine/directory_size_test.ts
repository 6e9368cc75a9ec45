import { assert, assertEquals } from "@std/assert";
import { directorySizeBytes } from "../../../lib/machine/directory_size.ts";

Deno.test("directorySizeBytes() adds up files, not what links lead to", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/a/b`, { recursive: true });
    await Deno.writeFile(`${directory}/one`, new Uint8Array(1000));
    await Deno.writeFile(`${directory}/a/b/two`, new Uint8Array(500));
    await Deno.symlink("/usr", `${directory}/a/out`);
    await Deno.symlink("../..", `${directory}/a/b/loop`);
    assertEquals(await directorySizeBytes(directory), 1500);
    assert(await directorySizeBytes(directory, 400) > 400);
    assertEquals(await directorySizeBytes(`${directory}/none`), 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
