/**
 * The part of the file transfer contract about single files, names, progress and failures.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
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

/** Files go up and down. */
export const fileTests: Tests = {
  "put() and get() keep every byte": async ({ transfer, local }) => {
    for (const size of [0, 1, 65_536, MIB - 1, 3 * MIB + 7]) {
      const bytes = pattern(size);
      await Deno.writeFile(join(local, "up"), bytes);
      await transfer.put(join(local, "up"), `/${size}`);
      assertEquals((await transfer.stat(`/${size}`)).size, size);
      await transfer.get(`/${size}`, join(local, "down"));
      assert(equal(await Deno.readFile(join(local, "down")), bytes), `${size} bytes differ`);
    }
  },

  "put() and get() replace what was there": async ({ transfer, local }) => {
    for (const text of ["a longer text", "short"]) {
      await Deno.writeTextFile(join(local, "up"), text);
      await transfer.put(join(local, "up"), "/f");
      await transfer.get("/f", join(local, "down"));
      assertEquals(await Deno.readTextFile(join(local, "down")), text);
    }
    assertEquals(await namesIn(local), ["down", "up"]);
  },

  "odd names are kept": async ({ transfer, local }) => {
    for (const name of ODD_NAMES) {
      await Deno.writeTextFile(join(local, "up"), name);
      await transfer.put(join(local, "up"), `/${name}`);
    }
    assertEquals(await transfer.list("/"), ODD_NAMES.toSorted());
    for (const name of ODD_NAMES) {
      await transfer.get(`/${name}`, join(local, "down"));
      assertEquals(await Deno.readTextFile(join(local, "down")), name);
    }
  },

  "paths are confined to the root": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "confined");
    await transfer.put(join(local, "up"), "/../../f");
    for (const path of ["f", "./f", "//f", "/../f", "/no/../f"]) {
      assertEquals((await transfer.stat(path)).size, 8, path);
    }
  },

  "progress is told at the start, on the way and at the end": async ({ transfer, local }) => {
    const totalBytes = 4 * MIB + 1;
    await Deno.writeFile(join(local, "up"), pattern(totalBytes));
    const seen: TransferProgress[] = [];
    const onProgress = (progress: TransferProgress) => seen.push(progress);
    await transfer.put(join(local, "up"), "/big", { onProgress });
    assertSteps(seen.splice(0), "/big", totalBytes);
    await transfer.get("/big", join(local, "down"), { onProgress });
    assertSteps(seen, "/big", totalBytes);
  },

  "an aborted transfer gives the signal's reason and leaves the client usable": async (
    { transfer, local },
  ) => {
    await Deno.writeFile(join(local, "up"), pattern(8 * MIB));
    await transfer.put(join(local, "up"), "/big");
    const attempts = [
      (options: object) => transfer.get("/big", join(local, "down"), options),
      (options: object) => transfer.put(join(local, "up"), "/other", options),
    ];
    for (const attempt of attempts) {
      const reason = new Error("Changed my mind");
      const early = await rejection(attempt({ signal: AbortSignal.abort(reason) }));
      assertEquals(early, reason);
      const control = new AbortController();
      const onProgress = ({ bytes }: TransferProgress) => {
        if (bytes > 0) control.abort(reason);
      };
      const late = await rejection(attempt({ signal: control.signal, onProgress }));
      assertEquals(late, reason);
    }
    assertEquals(await namesIn(local), ["up"]);
    assertEquals((await transfer.stat("/big")).size, 8 * MIB);
  },
};

/** What fails, fails by its name. */
export const failureTests: Tests = {
  "what is missing is not-found": async ({ transfer, local }) => {
    await assertFails("not-found", () => transfer.get("/no", join(local, "down")), "/no");
    await assertFails("not-found", () => transfer.stat("/no"), "/no");
    await assertFails("not-found", () => transfer.list("/no"), "/no");
    await assertFails("not-found", () => transfer.remove("/no"), "/no");
    await assertFails("not-found", () => transfer.rename("/no", "/other"), "/no");
    await assertFails("not-found", () => transfer.put(join(local, "no"), "/f"), join(local, "no"));
    assertEquals(await namesIn(local), []);
  },

  "a directory is no file": async ({ transfer, local }) => {
    await transfer.mkdir("/d");
    await Deno.writeTextFile(join(local, "up"), "text");
    await assertFails("is-directory", () => transfer.get("/d", join(local, "down")), "/d");
    await assertFails("is-directory", () => transfer.put(join(local, "up"), "/d"), "/d");
    await assertFails("is-directory", () => transfer.put(local, "/f"), local);
    await transfer.put(join(local, "up"), "/f");
    await assertFails("is-directory", () => transfer.get("/f", local), local);
  },

  "a get without local parent fails and leaves the client usable": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/f");
    await assertFails("not-found", () => transfer.get("/f", join(local, "no", "down")), "/f");
    await transfer.get("/f", join(local, "down"));
  },

  "words that the protocol cannot carry are refused": async ({ transfer }) => {
    await assertFails("invalid-request", () => transfer.stat("/a\0b"));
    await assertFails("invalid-request", () => transfer.setAcl("/", "two words", "rl"));
    await assertFails("invalid-request", () => transfer.setAcl("/", "unix:*", "rl\n"));
    await assertFails("invalid-request", () => transfer.stat(`/${"d/".repeat(600)}f`));
    await assertFails("name-too-long", () => transfer.stat(`/${"n".repeat(300)}`));
    await transfer.whoami();
  },

  "the root cannot be removed": async ({ transfer }) => {
    await transfer.mkdir("/d");
    for (const path of ["/", "", ".", "/d/.."]) {
      await assertFails("invalid-request", () => transfer.remove(path));
    }
    assertEquals(await transfer.list("/"), ["d"]);
  },
};

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection");
}
