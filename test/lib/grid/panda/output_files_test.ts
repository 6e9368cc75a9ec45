import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseOutputFiles } from "../../../../lib/grid/panda/output_files.ts";

const GUID = "6F1FF2CE-1c73-47c5-b7a1-000000004001";
const file = (lfn: string, guid = GUID) => `<guid>${guid}</guid>\n<lfn>${lfn}</lfn>\n`;
const DATASET = "<dataset>user.alice.run1</dataset>\n";

Deno.test("parseOutputFiles() reads what the original reads", () => {
  const text = `<?xml version="1.0"?>\n<output>\n  ${DATASET}${file("a.out")}${
    file("b.root", "00000000000000000000000000000001")
  }</output>`;
  assertEquals(parseOutputFiles(text), {
    dataset: "user.alice.run1",
    files: [
      { guid: "6f1ff2ce1c7347c5b7a1000000004001", lfn: "a.out" },
      { guid: "00000000000000000000000000000001", lfn: "b.root" },
    ],
  });
  assertEquals(parseOutputFiles("<dataset>user.alice:run1/</dataset>").dataset, "user.alice:run1/");
});

Deno.test("parseOutputFiles() refuses what leaves its folder, is doubled, missing or no name", () => {
  const cases: [string, string][] = [
    [file("a.out"), "names no dataset"],
    [DATASET + DATASET, "there is one already"],
    [DATASET + file("../a.out"), "it is no such name"],
    [DATASET + file("/etc/passwd"), "it is no such name"],
    [DATASET + file(".."), "it is no such name"],
    [DATASET + file("a&amp;b"), "it is no such name"],
    [DATASET + file("a.out", "1234"), "it is no such name"],
    [DATASET + file("a.out") + file("b.out"), "two files have it"],
    [DATASET + file("a.out") + file("a.out", "0".repeat(32)), "two files have it"],
    [`${DATASET}<lfn>a.out</lfn>`, "no guid stands before it"],
    [`${DATASET}<guid>${GUID}</guid>`, "it has no lfn"],
    [`${DATASET}<guid>${GUID}</guid>${file("a.out")}`, "the one before it has no lfn"],
    ["<dataset></dataset>", "it is no such name"],
    ["<dataset>a:b:c</dataset>", "it is no such name"],
    [" ".repeat(2 ** 20 + 1), "over 1048576 characters"],
  ];
  for (const [text, reason] of cases) {
    assertThrows(() => parseOutputFiles(text), SyntaxError, reason);
  }
  const many = Array.from(
    { length: 1001 },
    (_, index) => file(`f${index}`, `${index}`.padStart(32, "0")),
  );
  assertThrows(() => parseOutputFiles(DATASET + many.join("")), SyntaxError, "over 1000 files");
});

Deno.test("parseOutputFiles() gives back what was written", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$/);
  const guid = fc.stringMatching(/^[0-9a-f]{32}$/);
  const files = fc.uniqueArray(fc.record({ guid, lfn: name }), {
    maxLength: 20,
    comparator: (one, other) => one.guid === other.guid || one.lfn === other.lfn,
  });
  fc.assert(fc.property(name, files, (dataset, files) => {
    const text = `<dataset>${dataset}</dataset>` +
      files.map(({ guid, lfn }) => file(lfn, guid)).join("");
    assertEquals(parseOutputFiles(text), { dataset, files });
  }));
});

Deno.test("parseOutputFiles() reads any text or refuses it, and gives names only", () => {
  const piece = fc.oneof(
    fc.constantFrom(DATASET, file("a.out"), "<lfn>", "</lfn>", "<guid>", "../", "<dataset>", GUID),
    fc.string(),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
    try {
      const { files } = parseOutputFiles(pieces.join(""));
      for (const { lfn, guid } of files) {
        assert(/^[A-Za-z0-9][\w.-]*$/.test(lfn), lfn);
        assert(/^[0-9a-f]{32}$/.test(guid), guid);
      }
    } catch (error) {
      assert(error instanceof SyntaxError, String(error));
    }
  }));
});
