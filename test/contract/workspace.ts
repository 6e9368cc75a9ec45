/**
 * What every {@linkcode Workspace} does, whatever it is made of.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UnsafePathError, type Workspace } from "../../lib/machine/workspace.ts";

/** A workspace under test, with what its interface does not tell. */
export interface WorkspaceBench extends AsyncDisposable {
  readonly workspace: Workspace;
  /** Another workspace of the same kind. */
  readonly other: Workspace;
  /** Makes a symbolic link, as a job would. */
  link(relativePath: string, target: string): Promise<void>;
  /** Permission bits of an entry. */
  mode(relativePath: string): Promise<number>;
}

/** Paths that no workspace accepts. */
const UNSAFE_PATHS = [
  "",
  "/etc/passwd",
  "..",
  "a/../b",
  "a//b",
  "a/",
  "a\\b",
  "a\0b",
  "x".repeat(256),
];

/** Registers the tests of entries: making, reading, moving, removing. */
function entryTests(kind: string, make: () => Promise<WorkspaceBench>): void {
  const test = (behaviour: string, run: (bench: WorkspaceBench) => Promise<void>) =>
    Deno.test(`${kind}: Workspace ${behaviour}`, async () => {
      await using bench = await make();
      await run(bench);
    });

  test("writes texts, replaces them and reads them back", async ({ workspace, mode }) => {
    await workspace.writeText("note", "one");
    await workspace.writeText("note", "Grüße\n");
    await workspace.writeText("./_wrapper_.sh", "#!/bin/sh\n", 0o755);
    assertEquals(await workspace.readText("note"), "Grüße\n");
    assertEquals(await workspace.size("note"), 8);
    assertEquals(await mode("note"), 0o644);
    assertEquals(await mode("_wrapper_.sh"), 0o755);
    assertEquals(await workspace.list("."), ["_wrapper_.sh", "note"]);
  });

  test("writes files of any size whole or not at all, and reads them in chunks", async (bench) => {
    const { workspace } = bench;
    const size = 3 * 2 ** 20;
    async function* content(parts: number) {
      for (let part = 0; part < parts; part++) {
        yield await Promise.resolve(new Uint8Array(size / parts).fill(part));
      }
    }
    async function* broken() {
      yield* content(1);
      throw new Error("The source broke");
    }
    await workspace.write("large", content(3), 0o755);
    await assertRejects(() => workspace.write("large", broken()), Error, "The source broke");
    let [read, sum] = [0, 0];
    for await (const chunk of workspace.read("large")) {
      read += chunk.length;
      sum += chunk.reduce((total, byte) => total + byte, 0);
    }
    // A third of ones, a third of twos.
    assertEquals([read, sum, await bench.mode("large")], [size, size, 0o755]);
    assertEquals(await workspace.list("."), ["large"]);
    await assertRejects(() => Array.fromAsync(workspace.read("none")), Deno.errors.NotFound);
    await assertRejects(() => Array.fromAsync(workspace.read("../large")), UnsafePathError);
  });

  test("makes directories with their parents, also twice", async ({ workspace }) => {
    await workspace.makeDirectory("a/b/c");
    await workspace.makeDirectory("a/b/c");
    await workspace.writeText("a/file", "");
    assertEquals(await workspace.list("a"), ["b", "file"]);
    await assertRejects(() => workspace.makeDirectory("a/file/x"));
    await assertRejects(() => workspace.makeDirectory("a/file"));
  });

  test("rejects with NotFound where nothing is", async ({ workspace }) => {
    const { NotFound } = Deno.errors;
    await workspace.writeText("file", "");
    for (const path of ["none", "none/x", "file/x"]) {
      await assertRejects(() => workspace.readText(path), NotFound);
      await assertRejects(() => workspace.size(path), NotFound);
      await assertRejects(() => workspace.list(path), NotFound);
      await assertRejects(() => workspace.setMode(path, 0o644), NotFound);
      await assertRejects(() => workspace.move(path, "other"), NotFound);
      await assertRejects(() => workspace.pack(path, "archive"), NotFound);
      await assertRejects(() => workspace.unpack(path, "."), NotFound);
      assertEquals(await workspace.exists(path), false);
      await workspace.remove(path);
    }
    await assertRejects(() => workspace.writeText("none/x", ""), NotFound);
    await assertRejects(() => workspace.writeText("file/x", ""), NotFound);
    assertEquals(await workspace.list("."), ["file"]);
  });

  test("refuses paths that could leave it", async ({ workspace }) => {
    for (const path of UNSAFE_PATHS) {
      assertThrows(() => workspace.path(path), UnsafePathError);
      await assertRejects(() => workspace.writeText(path, ""), UnsafePathError);
      await assertRejects(() => workspace.readText(path), UnsafePathError);
      await assertRejects(() => workspace.exists(path), UnsafePathError);
      await assertRejects(() => workspace.remove(path), UnsafePathError);
      await assertRejects(() => workspace.makeDirectory(path), UnsafePathError);
      await assertRejects(() => workspace.move("a", path), UnsafePathError);
    }
    await assertRejects(() => workspace.remove("."), UnsafePathError);
    await assertRejects(() => workspace.move(".", "a"), UnsafePathError);
    assertEquals(await workspace.list("."), []);
  });

  test("tells absolute paths", ({ workspace }) => {
    const root = workspace.path(".");
    assert(root.startsWith("/"));
    assertEquals(workspace.path("./a/b"), `${root}/a/b`);
    return Promise.resolve();
  });

  test("moves files and directories, replacing files", async ({ workspace }) => {
    await workspace.makeDirectory("job/deep");
    await workspace.writeText("job/deep/file", "new");
    await workspace.writeText("old", "old");
    await workspace.move("job/deep/file", "old");
    await workspace.move("job", "aside");
    assertEquals(await workspace.readText("old"), "new");
    assertEquals(await workspace.list("."), ["aside", "old"]);
    await assertRejects(() => workspace.move("old", "missing/old"), Deno.errors.NotFound);
    await assertRejects(() => workspace.move("aside", "aside/deep/x"));
    assertEquals(await workspace.readText("old"), "new");
  });

  test("moves a file into another workspace", async ({ workspace, other }) => {
    await workspace.writeText("a.tgz", "bytes");
    await other.makeDirectory("20260101");
    await workspace.moveTo(other, "a.tgz", "20260101/a.tgz");
    assertEquals(await other.readText("20260101/a.tgz"), "bytes");
    assertEquals(await workspace.exists("a.tgz"), false);
  });

  test("removes entries with all below them", async ({ workspace }) => {
    await workspace.makeDirectory("a/b");
    await workspace.writeText("a/b/c", "");
    await workspace.remove("a");
    assertEquals(await workspace.exists("a"), false);
  });

  test("sets permission bits", async ({ workspace, mode }) => {
    await workspace.writeText("file", "");
    await workspace.setMode("file", 0o666);
    assertEquals(await mode("file"), 0o666);
  });

  test("reads texts of up to 1 MiB", async ({ workspace }) => {
    await workspace.writeText("full", "x".repeat(2 ** 20));
    await workspace.writeText("over", "x".repeat(2 ** 20 + 1));
    assertEquals((await workspace.readText("full")).length, 2 ** 20);
    await assertRejects(() => workspace.readText("over"), RangeError);
  });
}

/** Registers the tests of links that a job planted. */
function linkTests(kind: string, make: () => Promise<WorkspaceBench>): void {
  const test = (behaviour: string, run: (bench: WorkspaceBench) => Promise<void>) =>
    Deno.test(`${kind}: Workspace ${behaviour}`, async () => {
      await using bench = await make();
      await run(bench);
    });

  test("refuses to pass through links that lead out", async ({ workspace, link }) => {
    await workspace.makeDirectory("job");
    await link("job/out", "/etc");
    await link("job/up", "../..");
    await link("job/passwd", "/etc/passwd");
    for (const path of ["job/out/x", "job/up/x"]) {
      await assertRejects(() => workspace.writeText(path, ""), UnsafePathError);
      await assertRejects(() => workspace.readText(path), UnsafePathError);
      await assertRejects(() => workspace.remove(path), UnsafePathError);
      await assertRejects(() => workspace.makeDirectory(path), UnsafePathError);
      await assertRejects(() => workspace.move("job", path), UnsafePathError);
    }
    await assertRejects(() => workspace.readText("job/passwd"), UnsafePathError);
    await assertRejects(() => workspace.size("job/passwd"), UnsafePathError);
    await assertRejects(() => workspace.setMode("job/passwd", 0o666), UnsafePathError);
    await assertRejects(() => workspace.list("job/out"), UnsafePathError);
    await assertRejects(() => workspace.pack("job/out", "a.tgz"), UnsafePathError);
  });

  test("replaces, moves and removes links, never what they lead to", async (bench) => {
    const { workspace, link } = bench;
    await workspace.makeDirectory("kept");
    await workspace.writeText("kept/file", "kept");
    await link("written", "kept/file");
    await workspace.writeText("written", "new");
    await link("removed", "kept");
    await workspace.remove("removed");
    await link("moved", "kept");
    await workspace.move("moved", "again");
    await workspace.remove("again");
    assertEquals(await workspace.readText("kept/file"), "kept");
    assertEquals(await workspace.readText("written"), "new");
    assertEquals(await workspace.list("."), ["kept", "written"]);
  });

  test("follows links that stay inside", async ({ workspace, link }) => {
    await workspace.makeDirectory("a/b");
    await workspace.writeText("a/b/file", "text");
    await link("a/short", "b");
    await link("far", "a/short/../b/file");
    await link("dangling", "nowhere");
    assertEquals(await workspace.readText("a/short/file"), "text");
    assertEquals(await workspace.readText("far"), "text");
    assertEquals(await workspace.exists("dangling"), true);
    await assertRejects(() => workspace.readText("dangling"), Deno.errors.NotFound);
    await link("loop", "loop");
    await assertRejects(() => workspace.readText("loop"));
  });
}

/** Registers the tests of archives. */
function archiveTests(kind: string, make: () => Promise<WorkspaceBench>): void {
  const test = (behaviour: string, run: (bench: WorkspaceBench) => Promise<void>) =>
    Deno.test(`${kind}: Workspace ${behaviour}`, async () => {
      await using bench = await make();
      await run(bench);
    });

  test("packs a directory and unpacks it elsewhere", async ({ workspace, link, mode }) => {
    const long = `${"d".repeat(200)}/${"f".repeat(255)}`;
    await workspace.makeDirectory(`job/${"d".repeat(200)}`);
    await workspace.makeDirectory("job/empty");
    await workspace.writeText("job/stdout", "x".repeat(300_000));
    await workspace.writeText("job/Ergebnis-Grüße.txt", "ü");
    await workspace.writeText("job/_wrapper_.sh", "#!/bin/sh\n", 0o755);
    await workspace.writeText("job/nothing", "");
    await workspace.writeText(`job/${long}`, "long");
    await link("job/latest", "empty/../stdout");
    await link("job/good", "stdout");
    const bytes = await workspace.pack("job", "job/job.tgz");
    assertEquals(await workspace.size("job/job.tgz"), bytes);
    assertGreater(3000, bytes);
    await workspace.remove("job/latest");
    await workspace.pack("job", "job/job.tgz");
    await workspace.makeDirectory("copy");
    await workspace.unpack("job/job.tgz", "copy");
    await workspace.remove("job/job.tgz");
    assertEquals(await workspace.list("copy"), await workspace.list("job"));
    assertEquals(await workspace.readText("copy/good"), "x".repeat(300_000));
    assertEquals(await workspace.readText("copy/Ergebnis-Grüße.txt"), "ü");
    assertEquals(await workspace.readText(`copy/${long}`), "long");
    assertEquals(await workspace.list("copy/empty"), []);
    assertEquals(await mode("copy/_wrapper_.sh"), 0o755);
  });

  test("refuses to unpack links that lead out", async ({ workspace, link }) => {
    await workspace.makeDirectory("copy");
    for (const target of ["/etc/passwd", "../x", "a/../../x", "b/.."]) {
      await workspace.makeDirectory("job");
      await link("job/link", target);
      await workspace.pack("job", "job.tgz");
      await assertRejects(() => workspace.unpack("job.tgz", "copy"), UnsafePathError);
      await workspace.remove("job");
    }
    assertEquals(await workspace.list("copy"), []);
  });

  test("refuses to unpack through a link that stands in the directory", async (bench) => {
    const { workspace, link } = bench;
    await workspace.makeDirectory("job/folder");
    await workspace.makeDirectory("kept");
    await workspace.writeText("job/folder/file", "bad");
    await workspace.pack("job", "job.tgz");
    await workspace.makeDirectory("copy");
    await link("copy/folder", "../kept");
    await assertRejects(() => workspace.unpack("job.tgz", "copy"));
    assertEquals(await workspace.list("kept"), []);
  });

  test("refuses a damaged archive", async ({ workspace }) => {
    await workspace.makeDirectory("copy");
    await workspace.writeText("bad.tgz", "not an archive");
    await assertRejects(
      () => workspace.unpack("bad.tgz", "copy"),
      Error,
      "Cannot read the archive",
    );
  });

  test("reads an archive member by member", async ({ workspace, link }) => {
    await workspace.makeDirectory("job/folder");
    await workspace.writeText("job/folder/file", "Grüße");
    await workspace.writeText("job/last", "x".repeat(100_000));
    await workspace.pack("job", "job.tgz");
    const found: [string, string, number][] = [];
    for await (const member of workspace.members("job.tgz")) {
      let sizeBytes = 0;
      for await (const chunk of member.content()) sizeBytes += chunk.length;
      found.push([member.path, member.type, sizeBytes]);
    }
    assertEquals(found, [
      [".", "directory", 0],
      ["folder", "directory", 0],
      ["folder/file", "file", 7],
      ["last", "file", 100_000],
    ]);
    // Half-way out leaves nothing open: the tests' sanitizers tell.
    for await (const { path } of workspace.members("job.tgz")) if (path === "folder") break;
    await assertRejects(() => Array.fromAsync(workspace.members("none")), Deno.errors.NotFound);
    await link("job/way-out", "../x");
    await workspace.pack("job", "job.tgz");
    await assertRejects(() => Array.fromAsync(workspace.members("job.tgz")), UnsafePathError);
  });

  test("keeps any tree through an archive", async ({ workspace }) => {
    const name = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" })
      .filter((text) => text !== "." && text !== ".." && !/[/\\\0]/.test(text));
    const tree = fc.dictionary(name, fc.string({ maxLength: 2000 }), { maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        await workspace.makeDirectory("job");
        await workspace.makeDirectory("copy");
        for (const [file, text] of Object.entries(files)) {
          await workspace.writeText(`job/${file}`, text);
        }
        await workspace.pack("job", "job.tgz");
        await workspace.unpack("job.tgz", "copy");
        assertEquals(await workspace.list("copy"), Object.keys(files).sort());
        for (const [file, text] of Object.entries(files)) {
          assertEquals(await workspace.readText(`copy/${file}`), text);
        }
        await workspace.remove("job");
        await workspace.remove("copy");
      }),
      { numRuns: 15 },
    );
  });
}

/**
 * Registers the tests of the seam for one kind of workspace.
 *
 * @param kind Name of the kind, put before the tests' names.
 * @param make Makes an empty workspace; its root exists.
 */
export function workspaceContract(kind: string, make: () => Promise<WorkspaceBench>): void {
  entryTests(kind, make);
  linkTests(kind, make);
  archiveTests(kind, make);
}
