import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { outputEntries } from "../../../../lib/grid/alien/output_entries.ts";
import { zipFiles } from "../../../../lib/grid/alien/zip.ts";
import { joined } from "../../../../sim/machine/memory_archive.ts";
import { MemoryWorkspace } from "../../../../sim/machine/memory_workspace.ts";

const FILES = ["AliESDs.root", "galice.root", "resources", "stderr", "stdout"];

Deno.test("outputEntries() resolves archives, files and patterns, each file once", () => {
  const lines = [
    "log_archive:std*,resources@ALICE::CERN::EOS",
    "*.root@ALICE::CERN::EOS,disk=1",
    "stdout",
    "missing.txt@disk=2",
    "none:nothing*",
  ];
  const storage = "ALICE::CERN::EOS,disk=1";
  assertEquals(outputEntries("1001", lines, FILES), [
    {
      name: "log_archive",
      members: ["stderr", "stdout", "resources"],
      storage: "ALICE::CERN::EOS",
    },
    { name: "AliESDs.root", members: undefined, storage },
    { name: "galice.root", members: undefined, storage },
  ]);
});

Deno.test("outputEntries() makes JAliEn's default archive where the JDL names no output", () => {
  assertEquals(outputEntries("1001", [], FILES), [{
    name: "jalien_defarchNOSPEC.1001",
    members: ["stdout", "stderr", "resources"],
    storage: "disk:2",
  }]);
});

Deno.test("outputEntries() refuses an archive whose name would leave its directory", () => {
  for (const name of ["../x", "a/b", "", ".x"]) {
    assertThrows(() => outputEntries("1", [`${name}:stdout`], FILES), SyntaxError);
  }
});

Deno.test("outputEntries() understands patterns as a regular expression does", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 6 });
  fc.assert(fc.property(letters, fc.array(letters, { maxLength: 6 }), (pattern, names) => {
    const files = [...new Set(names.map((name) => name.replaceAll("*", "a")))];
    fc.pre(pattern !== "");
    const expression = new RegExp(
      `^${pattern.split("*").map((part) => part.replaceAll(".", "\\.")).join(".*")}$`,
    );
    assertEquals(
      outputEntries("1", [pattern], files).map(({ name }) => name),
      files.filter((file) => expression.test(file)),
    );
  }));
});

Deno.test("zipFiles() packs files so that others unpack them, twice the same way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}(\.root)?$/), fc.uint8Array()),
      async (files) => {
        const folder = new MemoryWorkspace();
        await folder.makeDirectory("d");
        for (const [name, bytes] of Object.entries(files)) {
          await folder.writeBytes(
            `d/${name}`,
            bytes,
          );
        }
        const names = Object.keys(files);
        const packed = await joined(zipFiles(folder, "d", names));
        assertEquals({ ...unzipSync(packed) }, { ...files });
        assertEquals(await joined(zipFiles(folder, "d", names)), packed);
      },
    ),
    { numRuns: 40 },
  );
});
