import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { toUint8Array } from "../../../sim/redis/bytes.ts";
import { DEFAULT_LIMITS, ProtocolError, RespParser } from "../../../sim/redis/resp_parser.ts";
import { RespWriter } from "../../../sim/redis/resp_writer.ts";

const bytes = (maxLength: number) =>
  fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength,
  });
const command = fc.array(bytes(40), { minLength: 1, maxLength: 5 });

function encode(commands: readonly string[][]): Uint8Array {
  const writer = new RespWriter();
  for (const words of commands) writer.writeCommand(words);
  return writer.take();
}

/** Feeds a stream cut at the given places and collects the commands. */
function parse(stream: Uint8Array, cuts: readonly number[], parser = new RespParser()): string[][] {
  const commands: string[][] = [];
  const places = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) =>
    a - b
  );
  let start = 0;
  for (const end of places) {
    parser.push(stream.subarray(start, end));
    start = end;
    for (let words = parser.next(); words !== null; words = parser.next()) commands.push(words);
  }
  return commands;
}

Deno.test("RespParser reads the same commands however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(command, { maxLength: 10 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (commands, cuts) => {
        assertEquals(parse(encode(commands), cuts), commands);
      },
    ),
  );
});

Deno.test("RespParser reads one byte at a time, and values larger than its buffer", () => {
  const commands = [["SET", "key", "x".repeat(100_000)], ["GET", "key"], ["PING"]];
  const stream = encode(commands);
  assertEquals(parse(stream, Array.from(stream.keys())), commands);
  assertEquals(parse(stream, []), commands);
});

Deno.test("RespParser neither loops nor crashes on any bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      (stream, cuts) => {
        try {
          parse(stream, cuts);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      },
    ),
  );
});

const INLINE: readonly (readonly [string, string[][]])[] = [
  ["PING\r\n", [["PING"]]],
  ["\r\n\nSET  a\tb\n", [["SET", "a", "b"]]],
  [`SET "a b" 'c\\'d'\r\n`, [["SET", "a b", "c'd"]]],
  [`SET "\\x41\\n" ""\r\n`, [["SET", "A\n", ""]]],
  ["*0\r\n*-1\r\nPING\r\n", [["PING"]]],
];
for (const [line, commands] of INLINE) {
  Deno.test(`RespParser reads ${JSON.stringify(line)}`, () => {
    assertEquals(parse(toUint8Array(line), [1, 3]), commands);
  });
}

const REFUSED: readonly (readonly [string, string])[] = [
  ["*x\r\n", "invalid multibulk length"],
  ["*12345678901\r\n", "invalid multibulk length"],
  ["*100\n", "invalid multibulk length"],
  ["*9\r\n", "invalid multibulk length"],
  ["*1\r\n:1\r\n", "expected '$', got ':'"],
  ["*1\r\n$-1\r\n", "invalid bulk length"],
  ["*1\r\n$9\r\n", "invalid bulk length"],
  ["*1\r\n$1\r\nab\r\n", "expected a line end after a bulk string"],
  ['SET "a\r\n', "unbalanced quotes in request"],
  ["x".repeat(40), "too big inline request"],
  [`*${"1".repeat(40)}`, "too big mbulk count string"],
];
for (const [stream, message] of REFUSED) {
  Deno.test(`RespParser refuses ${JSON.stringify(stream)}`, () => {
    const parser = new RespParser({ ...DEFAULT_LIMITS, words: 8, bulkBytes: 8, lineBytes: 32 });
    assertThrows(() => parse(toUint8Array(stream), [], parser), ProtocolError, message);
  });
}
