import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { ArchiveError, packMembers, unpackMembers } from "../../../lib/machine/archive.ts";
import type { ArchiveMember } from "../../../lib/machine/archive_member.ts";
import { UnsafePathError } from "../../../lib/machine/workspace.ts";

/** A file whose header promises a size that its content may not keep. */
function file(path: string, sizeBytes: number, ...chunks: string[]): ArchiveMember {
  return {
    path,
    type: "file",
    mode: 0o640,
    modifiedMs: 1_300_000_000_000,
    sizeBytes,
    content: () => bytesOf(...chunks.map((chunk) => new TextEncoder().encode(chunk))),
  };
}

/** Chunks as a stream. */
async function* bytesOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Packs members into a tar stream, decompressed. */
async function tarOf(...members: ArchiveMember[]): Promise<Uint8Array<ArrayBuffer>> {
  async function* source() {
    for (const member of members) yield await Promise.resolve(member);
  }
  const parts = await Array.fromAsync(packMembers(source()), (part) => new Uint8Array(part));
  return new Uint8Array(gunzipSync(await new Blob(parts).bytes()));
}

/** Unpacks a tar stream into `path: text`. */
async function textsOf(tar: Uint8Array): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const member of unpackMembers(bytesOf(tar))) {
    const chunks = await Array.fromAsync(member.content(), (chunk) => new Uint8Array(chunk));
    texts[member.path] = await new Blob(chunks).text();
  }
  return texts;
}

Deno.test("packMembers() cuts a file that grew and pads one that shrank", async () => {
  const tar = await tarOf(
    file("grown", 3, "ab", "cdef"),
    file("shrunk", 5, "ab"),
    file("vanished", 70_000),
    file("emptied", 0, "x"),
    file("whole", 4, "1234"),
  );
  const { vanished, ...others } = await textsOf(tar);
  assertEquals(others, { grown: "abc", shrunk: "ab\0\0\0", emptied: "", whole: "1234" });
  assertEquals(vanished, "\0".repeat(70_000));
});

Deno.test("packMembers() keeps modes, mode 0 too, and times within what tar holds", async () => {
  const members = [
    file("usual", 0),
    { ...file("locked", 0), mode: 0 },
    { ...file("before", 0), modifiedMs: -5000 },
    { ...file("far", 0), modifiedMs: 9e12 },
  ];
  const read = [];
  for await (const member of unpackMembers(bytesOf(await tarOf(...members)))) {
    read.push([member.path, member.mode, member.modifiedMs]);
  }
  assertEquals(read, [
    ["usual", 0o640, 1_300_000_000_000],
    ["locked", 0, 1_300_000_000_000],
    ["before", 0o640, 0],
    ["far", 0o640, (2 ** 31 - 1) * 1000],
  ]);
});

Deno.test("packMembers() passes on what its source throws, and frees it when its reader stops", async () => {
  async function* failing(): AsyncGenerator<ArchiveMember> {
    yield await Promise.resolve(file("a", 1, "x"));
    throw new Error("Cannot read b");
  }
  await assertRejects(() => Array.fromAsync(packMembers(failing())), Error, "Cannot read b");
  let freed = 0;
  async function* endless(): AsyncGenerator<ArchiveMember> {
    try {
      for (;;) yield await Promise.resolve(file("a", 200_000, "x".repeat(200_000)));
    } finally {
      freed++;
    }
  }
  for await (const part of packMembers(endless())) {
    if (part.length > 100) break;
  }
  assertEquals(freed, 1);
});

Deno.test("unpackMembers() goes on where a member's content is left unread", async () => {
  const tar = await tarOf(file("a", 100_000, "x".repeat(100_000)), file("b", 1, "y"));
  const paths = await Array.fromAsync(unpackMembers(bytesOf(tar)), ({ path }) => path);
  assertEquals(paths, ["a", "b"]);
});

Deno.test("unpackMembers() refuses a cut archive and a wrong checksum", async () => {
  const tar = await tarOf(file("a", 1000, "x".repeat(1000)));
  await assertRejects(() => textsOf(tar.subarray(0, 700)), ArchiveError, "Cannot read the archive");
  tar[0] = 65;
  await assertRejects(() => textsOf(tar), ArchiveError, "Cannot read the archive");
});

Deno.test("unpackMembers() refuses or reads any bytes, and never leads out", async () => {
  const tar = await tarOf(file("folder/file", 20, "x".repeat(20)));
  const damage = fc.array(fc.tuple(fc.nat(1100), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const damaged = tar.slice();
      for (const [at, value] of changes) damaged[at] = value;
      // A right checksum, so that damage gets beyond the first gate.
      damaged.fill(32, 148, 156);
      const sum = damaged.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      damaged.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0") + "\0 "), 148);
      try {
        for (const path of Object.keys(await textsOf(damaged))) {
          assert(!path.startsWith("/") && !path.split("/").includes(".."));
        }
      } catch (error) {
        assert(error instanceof ArchiveError || error instanceof UnsafePathError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});
