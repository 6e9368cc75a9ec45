import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import type { LogRecord } from "../../../lib/log/format.ts";
import { fileSink, lineSink, memorySink } from "../../../lib/log/sink.ts";

const format = ({ message }: LogRecord) => message;
const record = (message: string, level: LogRecord["level"] = "info"): LogRecord => ({
  timeMs: 0,
  level,
  message,
  fields: {},
});

Deno.test("lineSink() writes whole lines through a writer that takes little", () => {
  let written = "";
  const writer = {
    writeSync(bytes: Uint8Array) {
      written += new TextDecoder().decode(bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  };
  lineSink(writer, { format }).write(record("0123456789"));
  assertEquals(written, "0123456789\n");
});

Deno.test("lineSink() counts the lines that a failing writer costs", () => {
  let isFull = true;
  const lines: string[] = [];
  const writer = {
    writeSync(bytes: Uint8Array) {
      if (isFull) throw new Error("No space left on device");
      lines.push(new TextDecoder().decode(bytes).trimEnd());
      return bytes.length;
    },
  };
  const sink = lineSink(writer, { format });
  sink.write(record("a"));
  sink.write(record("b"));
  isFull = false;
  sink.write(record("c"));
  sink.write(record("d"));
  assertEquals(lines, ["Lost 2 log lines that could not be written", "c", "d"]);
});

Deno.test("lineSink() writes nothing above its highest level", () => {
  let written = "";
  const writer = {
    writeSync(bytes: Uint8Array) {
      written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  const sink = lineSink(writer, { format, maxLevel: "notice" });
  sink.write(record("a"));
  sink.write(record("b", "error"));
  assertEquals(written, "a\n");
});

Deno.test("fileSink() appends, or empties the file first", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = join(directory, "log");
    const write = (text: string, truncate: boolean) => {
      using sink = fileSink(path, { format, truncate, permissions: 0o600 });
      sink.write(record(text));
    };
    write("a", false);
    write("b", false);
    assertEquals(await Deno.readTextFile(path), "a\nb\n");
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    write("c", true);
    assertEquals(await Deno.readTextFile(path), "c\n");
    assertThrows(() => fileSink(join(directory, "none", "log")), Deno.errors.NotFound);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("memorySink() keeps the newest records", () => {
  const sink = memorySink({ capacity: 2 });
  for (const message of ["a", "b", "c"]) sink.write(record(message));
  assertStringIncludes(sink.records.map(({ message }) => message).join(), "b,c");
});
