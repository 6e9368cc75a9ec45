/**
 * What every store of the Chirp server must do.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { codeOf } from "../../../sim/chirp/failure.ts";
import { isDirectory, isFile, isLink } from "../../../sim/chirp/resolve.ts";
import { readSmallFile, writeSmallFile } from "../../../sim/chirp/small_file.ts";
import type { Storage } from "../../../sim/chirp/storage.ts";
import { removeTree } from "../../../sim/chirp/tree.ts";

/** Runs a test body on a new, empty store and clears it away. */
export type WithStorage = (body: (storage: Storage) => void) => void;

/** Registers the tests for one kind of store. */
export function storageContract(kind: string, withStorage: WithStorage): void {
  const test = (name: string, body: (storage: Storage) => void) =>
    Deno.test(`${kind}: ${name}`, () => withStorage(body));

  test("lstat() is undefined for what is missing, also below a file", (storage) => {
    writeSmallFile(storage, "/f", "x");
    assertEquals(storage.lstat("/none"), undefined);
    assertEquals(storage.lstat("/f/x"), undefined);
  });

  test("open() makes, reads, appends, empties", (storage) => {
    writeSmallFile(storage, "/f", "hello");
    assertEquals(readSmallFile(storage, "/f", 100), "hello");
    const file = storage.open("/f", { read: false, write: true, append: true });
    file.write(0, new Uint8Array([33]));
    assertEquals(file.stat().sizeBytes, 6);
    file.close();
    assertEquals(readSmallFile(storage, "/f", 100), "hello!");
    storage.open("/f", { read: false, write: true, truncate: true }).close();
    assertEquals(storage.lstat("/f")?.sizeBytes, 0);
  });

  test("open() fails as the protocol wants it", (storage) => {
    storage.makeDirectory("/d", 0o700);
    storage.symlink("f", "/l");
    writeSmallFile(storage, "/f", "");
    const reading = { read: true, write: false };
    const making = { read: false, write: true, create: true };
    assertCode(CHIRP_CODES.DOESNT_EXIST, () => storage.open("/none", reading));
    assertCode(CHIRP_CODES.IS_DIR, () => storage.open("/d", reading));
    assertCode(
      CHIRP_CODES.ALREADY_EXISTS,
      () => storage.open("/f", { ...making, exclusive: true }),
    );
    assertThrows(() => storage.open("/l", reading));
    assertThrows(() => storage.open("/l", making));
    assertCode(CHIRP_CODES.NAME_TOO_LONG, () => storage.open(`/${"n".repeat(256)}`, making));
  });

  test("a file keeps its content while it is open, whatever happens to its name", (storage) => {
    writeSmallFile(storage, "/f", "kept");
    const file = storage.open("/f", { read: true, write: false });
    storage.removeFile("/f");
    const bytes = new Uint8Array(10);
    assertEquals(file.read(0, bytes), 4);
    file.close();
    assertThrows(() => file.read(0, bytes));
  });

  test("holes read as zeros, beyond 4 GiB too", (storage) => {
    const file = storage.open("/f", { read: true, write: true, create: true });
    file.write(5 * 2 ** 30, new Uint8Array([7]));
    file.truncate(10 * 2 ** 40);
    const bytes = new Uint8Array(3).fill(9);
    assertEquals(file.read(5 * 2 ** 30 - 1, bytes), 3);
    assertEquals([...bytes], [0, 7, 0]);
    assertEquals(file.stat().sizeBytes, 10 * 2 ** 40);
    file.close();
    storage.removeFile("/f");
  });

  test("directories are made, listed, emptied, removed", (storage) => {
    storage.makeDirectory("/d", 0o700);
    assert(isDirectory(storage.lstat("/d") ?? raise()));
    writeSmallFile(storage, "/d/ä b", "x");
    assertEquals(storage.names("/d"), ["ä b"]);
    assertCode(CHIRP_CODES.ALREADY_EXISTS, () => storage.makeDirectory("/d", 0o700));
    assertCode(CHIRP_CODES.DOESNT_EXIST, () => storage.makeDirectory("/no/d", 0o700));
    assertCode(CHIRP_CODES.NOT_EMPTY, () => storage.removeDirectory("/d"));
    assertCode(CHIRP_CODES.NOT_DIR, () => storage.removeDirectory("/d/ä b"));
    removeTree(storage, "/d");
    assertEquals(storage.names("/"), []);
  });

  test("rename() replaces like with like only", (storage) => {
    writeSmallFile(storage, "/a", "a");
    writeSmallFile(storage, "/b", "b");
    storage.rename("/a", "/b");
    assertEquals(readSmallFile(storage, "/b", 10), "a");
    assertEquals(storage.lstat("/b")?.links, 1);
    storage.makeDirectory("/d", 0o700);
    storage.makeDirectory("/e", 0o700);
    assertCode(CHIRP_CODES.IS_DIR, () => storage.rename("/b", "/d"));
    assertCode(CHIRP_CODES.NOT_DIR, () => storage.rename("/d", "/b"));
    assertCode(CHIRP_CODES.INVALID_REQUEST, () => storage.rename("/d", "/d/x"));
    assertCode(CHIRP_CODES.DOESNT_EXIST, () => storage.rename("/none", "/x"));
    storage.rename("/d", "/e");
    assertEquals(storage.names("/").sort(), ["b", "e"]);
    writeSmallFile(storage, "/e/f", "x");
    storage.makeDirectory("/d", 0o700);
    assertCode(CHIRP_CODES.NOT_EMPTY, () => storage.rename("/d", "/e"));
  });

  test("links: two names of one file, and a name that stands for another", (storage) => {
    writeSmallFile(storage, "/f", "x");
    storage.link("/f", "/g");
    assertEquals(storage.lstat("/f")?.links, 2);
    assertEquals(storage.lstat("/f")?.inode, storage.lstat("/g")?.inode);
    assertCode(CHIRP_CODES.ALREADY_EXISTS, () => storage.link("/f", "/g"));
    storage.symlink("../any where", "/l");
    assertEquals(storage.readLink("/l"), "../any where");
    assert(isLink(storage.lstat("/l") ?? raise()));
    assertEquals(storage.lstat("/l")?.sizeBytes, 12);
    storage.removeFile("/l");
    assert(isFile(storage.lstat("/f") ?? raise()));
  });

  test("modes and times are kept", (storage) => {
    writeSmallFile(storage, "/f", "x");
    storage.setMode("/f", 0o741);
    storage.setTimes("/f", 1000, -5);
    const stat = storage.lstat("/f") ?? raise();
    assertEquals([stat.mode, stat.accessedS, stat.modifiedS], [0o100741, 1000, -5]);
  });

  test("space() tells a size that holds", (storage) => {
    const space = storage.space("/");
    assert(space.blocks >= space.freeBlocks && space.blockSizeBytes > 0);
  });

  test("reads give what writes left, at any offset and length", (storage) => {
    const write = fc.record({
      offset: fc.integer({ min: 0, max: 600_000 }),
      length: fc.integer({ min: 0, max: 300_000 }),
      fill: fc.integer({ min: 1, max: 255 }),
      cut: fc.option(fc.integer({ min: 0, max: 700_000 })),
    });
    let run = 0;
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        const path = `/p${run++}`;
        const file = storage.open(path, { read: true, write: true, create: true });
        const model = new Uint8Array(1_000_000);
        let size = 0;
        for (const { offset, length, fill, cut } of writes) {
          file.write(offset, new Uint8Array(length).fill(fill));
          model.fill(fill, offset, offset + length);
          if (length > 0) size = Math.max(size, offset + length);
          if (cut === null) continue;
          file.truncate(cut);
          model.fill(0, cut);
          size = cut;
        }
        const bytes = new Uint8Array(1_000_000);
        assertEquals(file.read(0, bytes), size);
        assert(bytes.every((byte, index) => byte === model[index]));
        file.close();
        storage.removeFile(path);
      }),
      { numRuns: 15 },
    );
  });
}

function assertCode(code: number, body: () => unknown): void {
  assertEquals(codeOf(assertThrows(body)), code);
}

function raise(): never {
  throw new Error("Expected an entry");
}
