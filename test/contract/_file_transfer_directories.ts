/**
 * The part of the file transfer contract about identity, directories and access rights.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { assertFails, type Tests } from "./_file_transfer_scene.ts";

/** Who the client is, and its life. */
export const identityTests: Tests = {
  "whoami() gives a method and a subject": async ({ transfer }) => {
    assertMatch(await transfer.whoami(), /^[a-z]+:\S+$/);
  },

  "requests made at once are each answered": async ({ transfer, local }) => {
    const indices = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(indices.map(async (index) => {
      const path = join(local, `${index}`);
      await Deno.writeTextFile(path, "x".repeat(index));
      await transfer.put(path, `/${index}`);
    }));
    const sizes = await Promise.all(indices.map((index) => transfer.stat(`/${index}`)));
    assertEquals(sizes.map(({ size }) => size), indices);
  },

  "a closed client refuses": async ({ transfer }) => {
    await transfer.whoami();
    await transfer[Symbol.asyncDispose]();
    await assertFails("disconnected", () => transfer.whoami());
  },
};

/** Directories and their entries. */
export const directoryTests: Tests = {
  "mkdir() makes directories that stat() and list() know": async ({ transfer }) => {
    await transfer.mkdir("/d");
    await transfer.mkdir("/d/e");
    assertEquals((await transfer.stat("/d")).kind, "directory");
    assertEquals(await transfer.list("/d"), ["e"]);
    assertEquals(await transfer.list("/d/e"), []);
    await assertFails("already-exists", () => transfer.mkdir("/d"), "/d");
  },

  "stat() tells kind, size, mode and time": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "#!/bin/sh\n", { mode: 0o755 });
    const before = await Deno.stat(join(local, "up"));
    await transfer.put(join(local, "up"), "/f");
    const { kind, size, mode, modifiedMs } = await transfer.stat("/f");
    assertEquals([kind, size, mode & 0o700], ["file", 10, 0o700]);
    const startedMs = before.mtime?.getTime() ?? 0;
    assertGreater(modifiedMs, startedMs - 2000);
    assertGreater(startedMs + 600_000, modifiedMs);
  },

  "list() sorts": async ({ transfer }) => {
    for (const name of ["b", "a", "C", "10", "9"]) await transfer.mkdir(`/${name}`);
    assertEquals(await transfer.list("/"), ["10", "9", "C", "a", "b"]);
  },

  "remove() takes files and whole directories": async ({ transfer, local }) => {
    await transfer.mkdir("/d");
    await transfer.mkdir("/d/e");
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/d/e/f");
    await transfer.put(join(local, "up"), "/g");
    await transfer.remove("/d");
    await transfer.remove("/g");
    assertEquals(await transfer.list("/"), []);
  },

  "rename() moves and replaces": async ({ transfer, local }) => {
    await transfer.mkdir("/d");
    for (const name of ["one", "two"]) {
      await Deno.writeTextFile(join(local, "up"), name);
      await transfer.put(join(local, "up"), `/${name}`);
    }
    await transfer.rename("/one", "/two");
    await transfer.rename("/two", "/d/three");
    await transfer.get("/d/three", join(local, "down"));
    assertEquals(await Deno.readTextFile(join(local, "down")), "one");
    await transfer.rename("/d", "/e");
    assertEquals(await transfer.list("/"), ["e"]);
    assertEquals(await transfer.list("/e"), ["three"]);
  },
};

/** Access control lists. */
export const aclTests: Tests = {
  "setAcl() sets, changes and removes": async ({ transfer }) => {
    await transfer.mkdir("/d");
    const inherited = await transfer.getAcl("/d");
    await transfer.setAcl("/d", "hostname:*.example.org", "rl");
    assertEquals((await transfer.getAcl("/d")).get("hostname:*.example.org"), "rl");
    await transfer.setAcl("/d", "hostname:*.example.org", "wlr");
    assertEquals((await transfer.getAcl("/d")).get("hostname:*.example.org"), "rwlp");
    await transfer.setAcl("/d", "hostname:*.example.org", "");
    assertEquals(await transfer.getAcl("/d"), inherited);
    await transfer.setAcl("/d", "hostname:*.example.org", "");
    assertEquals(await transfer.getAcl("/d"), inherited);
  },

  "rights that are missing are not-authorized": async ({ transfer, local }) => {
    const identity = await transfer.whoami();
    await transfer.mkdir("/d");
    await Deno.writeTextFile(join(local, "up"), "text");
    const [granted] = [...(await transfer.getAcl("/d")).keys()];
    assert(granted !== undefined);
    await transfer.setAcl("/d", granted, "");
    await assertFails("not-authorized", () => transfer.list("/d"), "/d");
    await assertFails("not-authorized", () => transfer.put(join(local, "up"), "/d/f"), "/d/f");
    await assertFails("not-authorized", () => transfer.setAcl("/d", identity, "rl"), "/d");
  },

  "the right to put makes new files but replaces none": async ({ transfer, local }) => {
    const identity = await transfer.whoami();
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.mkdir("/d");
    await transfer.setAcl("/d", identity, "pl");
    for (const subject of (await transfer.getAcl("/d")).keys()) {
      if (subject !== identity) await transfer.setAcl("/d", subject, "");
    }
    await transfer.put(join(local, "up"), "/d/f");
    await assertFails("already-exists", () => transfer.put(join(local, "up"), "/d/f"), "/d/f");
    assertEquals(await transfer.list("/d"), ["f"]);
  },

  "a file has no list": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/f");
    await assertFails("not-directory", () => transfer.getAcl("/f"), "/f");
    await assertFails("not-found", () => transfer.getAcl("/no"), "/no");
  },
};
