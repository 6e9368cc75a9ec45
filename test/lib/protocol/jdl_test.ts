import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatHostJdl, jdlString, parseJdl } from "../../../lib/protocol/jdl.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { messagesOf } from "../../traces.ts";

const HOST = {
  hostName: "vm",
  version: "0",
  platform: "Linux-x86_64",
  kernelRelease: "6.18.44",
  localDiskKiB: 82256632.7,
  memoryMiB: 24105,
  freeMemoryMiB: 23365,
  swapMiB: 0,
  freeSwapMiB: 0,
};

Deno.test("formatHostJdl() writes lines as the original, amounts of zero left out", () => {
  assertEquals(
    formatHostJdl(HOST),
    '[\nType="machine";\nRequirements=(other.Type=="Job");\nWNHost="vm";\nVersion="0";\n' +
      'LocalDiskSpace=82256632;\nUname="6.18.44";\nMemory=24105;\nFreeMemory=23365;\nPlatform="Linux-x86_64";\n]\n',
  );
});

Deno.test("formatHostJdl() tells what an agent of the original tells", () => {
  const sent = messagesOf("job-happy-path.jsonl").map(({ stanza }) => decodeMessage(stanza))
    .find((message) => message.kind === "command" && message.info.attributes["jdl"] !== undefined);
  const jdl = sent?.kind === "command" ? sent.info.attributes["jdl"] ?? "" : "";
  const theirs = [...parseJdl(jdl).keys()].sort();
  assertEquals([...parseJdl(formatHostJdl(HOST)).keys()].sort(), theirs);
});

Deno.test("parseJdl() reads strings with separators, lists and nested brackets", () => {
  const jdl = parseJdl('[ A = "x;]=y"; B={"p", "q;"}; C = (other.Memory > 2) && [d=1].d; ]');
  assertEquals([...jdl], [["A", '"x;]=y"'], ["B", '{"p", "q;"}'], [
    "C",
    "(other.Memory > 2) && [d=1].d",
  ]]);
  assertEquals(jdlString(jdl.get("A")), "x;]=y");
});

Deno.test("parseJdl() names what it cannot read", () => {
  assertThrows(() => parseJdl('[A="x]'), SyntaxError, "the string at 2 does not end");
  assertThrows(() => parseJdl("[A=(1;]"), SyntaxError);
  assertThrows(() => parseJdl("1=2"), SyntaxError, 'no name in "1=2"');
  assertThrows(() => parseJdl("a=1)"), SyntaxError, 'stray ")"');
  assertThrows(() => parseJdl("a".repeat(300_000)), SyntaxError, "longer than");
  assertThrows(
    () => parseJdl("a=1;".repeat(3) + "b=1;c=".repeat(1) + ";".repeat(0) + "(".repeat(9)),
    SyntaxError,
    "bracket",
  );
});

Deno.test("parseJdl() reads back any text that formatHostJdl() quoted", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (hostName) => {
    assertEquals(jdlString(parseJdl(formatHostJdl({ ...HOST, hostName })).get("WNHost")), hostName);
  }));
});

Deno.test("parseJdl() throws nothing but SyntaxError", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', "\\", ";", "=", "[", ")", "a", " ") }),
      (text) => {
        try {
          parseJdl(text);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
      },
    ),
  );
});
