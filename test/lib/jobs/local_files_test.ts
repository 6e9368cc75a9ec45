import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { copyLocal, existsLocal, listLocal } from "../../../lib/jobs/local_files.ts";

async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "local-files-" });
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("existsLocal() tells whether a file, a directory or nothing is there", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(join(directory, "file"), "");
    assertEquals(await existsLocal(join(directory, "file")), true);
    assertEquals(await existsLocal(directory), true);
    assertEquals(await existsLocal(join(directory, "nothing")), false);
  }));

Deno.test("listLocal() lists directories before what they hold, links followed", () =>
  withDirectory(async (directory) => {
    await Deno.mkdir(join(directory, "in/deep"), { recursive: true });
    await Deno.writeTextFile(join(directory, "in/deep/file"), "");
    await Deno.writeTextFile(join(directory, "in/b"), "");
    await Deno.symlink("deep", join(directory, "in/link"));
    const entries = await listLocal(join(directory, "in"));
    assertEquals(entries.map(({ below, isDirectory }) => `${below}${isDirectory ? "/" : ""}`), [
      "/",
      "b",
      "deep/",
      "deep/file",
      "link/",
      "link/file",
    ]);
    assertEquals(await listLocal(join(directory, "in/b")), [{ below: "", isDirectory: false }]);
  }));

Deno.test("listLocal() refuses circles and what is missing", () =>
  withDirectory(async (directory) => {
    await Deno.symlink(".", join(directory, "again"));
    await assertRejects(() => listLocal(directory), Error);
    await assertRejects(() => listLocal(join(directory, "nothing")), Deno.errors.NotFound);
  }));

Deno.test("copyLocal() makes copies that everybody may read, and keeps who may run them", () =>
  withDirectory(async (directory) => {
    for (const [mode, expected] of [[0o600, 0o644], [0o700, 0o744], [0o755, 0o755]] as const) {
      const from = join(directory, `from-${mode}`);
      const to = join(directory, `to-${mode}`);
      await Deno.writeTextFile(from, "text");
      await Deno.chmod(from, mode);
      await copyLocal(from, to);
      assertEquals(await Deno.readTextFile(to), "text");
      assertEquals(((await Deno.stat(to)).mode ?? 0) & 0o777, expected);
    }
  }));
