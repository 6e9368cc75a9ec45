/**
 * The part of the file transfer contract about whole trees.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { TransferProgress } from "../../lib/chirp/file_transfer.ts";
import {
  assertFails,
  assertSteps,
  MIB,
  namesIn,
  ODD_NAMES,
  pattern,
  type Tests,
} from "./_file_transfer_scene.ts";

/** Trees go up and down, and nothing leaves its folder. */
export const treeTests: Tests = {
  "putTree() and getTree() keep directories, files, modes and links": async (
    { transfer, local },
  ) => {
    const up = join(local, "up");
    await makeTree(up);
    assertEquals(await transfer.putTree(up, "/t"), 4 + ODD_NAMES.length);
    assertEquals(await transfer.getTree("/t", join(local, "down")), 4 + ODD_NAMES.length);
    assertEquals(await describeTree(join(local, "down")), await describeTree(up));
    // Once more, onto what is there.
    assertEquals(await transfer.putTree(up, "/t"), 4 + ODD_NAMES.length);
    assertEquals(await transfer.getTree("/t", join(local, "down")), 4 + ODD_NAMES.length);
    assertEquals(await describeTree(join(local, "down")), await describeTree(up));
  },

  "many small files go up and down": async ({ transfer, local }) => {
    await Deno.mkdir(join(local, "up"));
    for (let index = 0; index < 600; index++) {
      await Deno.writeFile(join(local, "up", `${index}`), pattern(index));
    }
    const seen: TransferProgress[] = [];
    const onProgress = (progress: TransferProgress) => seen.push(progress);
    assertEquals(await transfer.putTree(join(local, "up"), "/many", { onProgress }), 600);
    assertSteps(seen.splice(0), "/many", 599 * 300);
    assertEquals(await transfer.getTree("/many", join(local, "down"), { onProgress }), 600);
    assertSteps(seen, "/many", 599 * 300);
    assertEquals(await describeTree(join(local, "down")), await describeTree(join(local, "up")));
  },

  "a tree's root must be a directory": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/f");
    await Deno.mkdir(join(local, "empty"));
    await assertFails("not-directory", () => transfer.getTree("/f", join(local, "down")));
    await assertFails("not-found", () => transfer.getTree("/no", join(local, "down")));
    await assertFails("not-directory", () => transfer.putTree(join(local, "up"), "/t"));
    await assertFails("not-directory", () => transfer.putTree(join(local, "empty"), "/f"));
    await assertFails("not-directory", () => transfer.getTree("/", join(local, "up")));
  },

  "getTree() refuses links that may lead out": async ({ transfer, local }) => {
    for (const target of ["/etc/passwd", "../secret", "d/../../secret", "d/../f", ".."]) {
      const up = await Deno.makeTempDir({ dir: local });
      await Deno.symlink(target, join(up, "link"));
      await transfer.putTree(up, "/t");
      await assertFails("invalid-request", () => transfer.getTree("/t", join(local, "down")));
      assertEquals(await namesIn(join(local, "down")), [], target);
      await transfer.remove("/t");
    }
  },

  "getTree() writes through no local link": async ({ transfer, local }) => {
    const [up, down, outside] = [join(local, "up"), join(local, "down"), join(local, "outside")];
    for (const path of [up, join(up, "d"), down, outside]) await Deno.mkdir(path);
    await Deno.writeTextFile(join(up, "d", "f"), "from the server");
    await Deno.writeTextFile(join(outside, "f"), "precious");
    await transfer.putTree(up, "/t");
    await Deno.symlink(outside, join(down, "d"));
    await assertFails("not-directory", () => transfer.getTree("/t", down));
    await Deno.remove(join(down, "d"));
    await Deno.mkdir(join(down, "d"));
    await Deno.symlink(join(outside, "f"), join(down, "d", "f"));
    await transfer.getTree("/t", down);
    assertEquals(await Deno.readTextFile(join(outside, "f")), "precious");
    assertEquals(await Deno.readTextFile(join(down, "d", "f")), "from the server");
  },
};

async function makeTree(root: string): Promise<void> {
  for (const path of ["", "/empty", "/a", "/a/b", "/a/b/empty too", "/odd"]) {
    await Deno.mkdir(`${root}${path}`);
  }
  await Deno.writeTextFile(`${root}/top`, "top");
  await Deno.writeTextFile(`${root}/zero`, "");
  await Deno.writeTextFile(`${root}/a/run`, "#!/bin/sh\n", { mode: 0o700 });
  await Deno.writeFile(`${root}/a/b/large`, pattern(2 * MIB + 5));
  for (const name of ODD_NAMES) await Deno.writeTextFile(`${root}/odd/${name}`, name);
  await Deno.symlink("top", `${root}/link`);
  await Deno.symlink("../../top", `${root}/a/b/up`);
  await Deno.symlink("nowhere/ä", `${root}/dangling`);
}

/** A line for each entry: path, kind, target or content, right to execute. */
async function describeTree(root: string, below = ""): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await namesIn(join(root, below))) {
    const path = join(below, name);
    const info = await Deno.lstat(join(root, path));
    if (info.isDirectory) lines.push(`${path}/`, ...await describeTree(root, path));
    else if (info.isSymlink) lines.push(`${path} → ${await Deno.readLink(join(root, path))}`);
    else {
      const content = await crypto.subtle.digest("SHA-1", await Deno.readFile(join(root, path)));
      const mode = (info.mode ?? 0) & 0o100 ? "executable" : "plain";
      lines.push(`${path} ${mode} ${new Uint8Array(content).toHex()}`);
    }
  }
  return lines;
}
