import { assertEquals, assertThrows } from "@std/assert";
import { BoundedStorage } from "../../../sim/chirp/capacity.ts";
import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { codeOf } from "../../../sim/chirp/failure.ts";
import { FolderStorage } from "../../../sim/chirp/folder_storage.ts";
import { MemoryStorage } from "../../../sim/chirp/memory_storage.ts";
import { writeSmallFile } from "../../../sim/chirp/small_file.ts";
import type { Storage } from "../../../sim/chirp/storage.ts";
import { removeTree } from "../../../sim/chirp/tree.ts";
import { storageContract } from "./storage_contract.ts";

function inFolder(body: (storage: Storage, folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    body(new FolderStorage(folder), folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const bounded = (storage: Storage) => new BoundedStorage(storage, { capacityBytes: 2 ** 50 });

storageContract("FolderStorage", inFolder);
storageContract("MemoryStorage", (body) => body(new MemoryStorage()));
storageContract("BoundedStorage over memory", (body) => body(bounded(new MemoryStorage())));
storageContract("BoundedStorage over a folder", (body) => inFolder((it) => body(bounded(it))));

Deno.test("BoundedStorage counts what files hold, through every way to grow and shrink", () => {
  const storage = new BoundedStorage(new MemoryStorage(), { capacityBytes: 100 });
  writeSmallFile(storage, "/a", "x".repeat(60));
  writeSmallFile(storage, "/b", "x".repeat(40));
  assertEquals(storage.usedBytes, 100);
  assertEquals(
    codeOf(assertThrows(() => writeSmallFile(storage, "/c", "x"))),
    CHIRP_CODES.NO_SPACE,
  );
  storage.link("/a", "/a2");
  storage.removeFile("/a");
  assertEquals(storage.usedBytes, 100);
  storage.rename("/a2", "/b");
  assertEquals(storage.usedBytes, 60);
  writeSmallFile(storage, "/b", "x".repeat(10));
  assertEquals(storage.usedBytes, 10);
  const file = storage.open("/b", { read: false, write: true });
  file.truncate(90);
  assertEquals(storage.usedBytes, 90);
  assertThrows(() => file.truncate(101));
  file.close();
  removeTree(storage, "/b");
  assertEquals(storage.usedBytes, 0);
});

Deno.test("BoundedStorage finds at its start what a folder holds, a file of two names once", () => {
  inFolder((storage) => {
    writeSmallFile(storage, "/a", "12345");
    storage.link("/a", "/b");
    assertEquals(new BoundedStorage(storage, { capacityBytes: 10 }).usedBytes, 5);
  });
});

Deno.test("FolderStorage leaves a device and a pipe alone, and follows no link with its last name", () => {
  inFolder((storage, folder) => {
    const made = new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
    assertEquals(made.success, true);
    assertThrows(() => storage.open("/pipe", { read: true, write: false }));
    Deno.symlinkSync("/etc/passwd", `${folder}/out`);
    assertThrows(() => storage.open("/out", { read: true, write: false }));
    assertThrows(() => storage.open("/out", { read: false, write: true, truncate: true }));
  });
});

Deno.test("FolderStorage opens nothing below a directory that became a link", () => {
  inFolder((storage, folder) => {
    Deno.symlinkSync("/etc", `${folder}/d`);
    const error = assertThrows(() => storage.open("/d/passwd", { read: true, write: false }));
    assertEquals(codeOf(error), CHIRP_CODES.NOT_AUTHORIZED);
  });
});
