import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { jsonFormat, type LogRecord, patternFormat, textFormat } from "../../../lib/log/format.ts";
import { LOG_LEVELS } from "../../../lib/log/level.ts";

const timeMs = new Date(2011, 2, 25, 16, 18, 57).getTime();
const record: LogRecord = { timeMs, level: "info", message: "Sent 0 updates", fields: {} };

Deno.test("textFormat() writes the original's line", () => {
  assertEquals(textFormat(record), "[Fri Mar 25 16:18:57 2011] [info] Sent 0 updates");
});

Deno.test("textFormat() puts fields after the message", () => {
  const fields = { jobId: "7a", took: 2.5, why: 'no "disk" left', gone: undefined, none: null };
  assertStringIncludes(
    textFormat({ ...record, fields }),
    String.raw`Sent 0 updates jobId=7a took=2.5 why="no \"disk\" left" none=null`,
  );
});

Deno.test("textFormat() escapes what could forge a line or drive a terminal", () => {
  const message = "one\n[Fri Mar 25 16:18:57 2011] [error] two\r\x1b[2J\x85\u202e\ud800";
  const line = textFormat({ ...record, message });
  assertEquals(line.split("\n").length, 1);
  assertStringIncludes(line, String.raw`one\n[Fri`);
  assertStringIncludes(line, String.raw`two\r\u001b[2J\u0085\u202e\ud800`);
});

Deno.test("textFormat() masks fields with the names of secrets", () => {
  const fields = {
    password: "hush",
    jabberPassword: "hush",
    session_key: "hush",
    componentAuthenticationTicket: "hush",
    deep: { inner: [{ apiKey: "hush" }] },
  };
  for (const format of [textFormat, jsonFormat]) {
    const line = format({ ...record, fields });
    assertFalse(line.includes("hush"), line);
    assertStringIncludes(line, "***");
  }
});

Deno.test("textFormat() cuts endless messages and values", () => {
  const line = textFormat({ ...record, message: "m".repeat(1e6), fields: { v: "v".repeat(1e6) } });
  assert(line.length < 11_000);
  assertStringIncludes(line, "… (992000 more)");
});

Deno.test("textFormat() survives values that cannot be shown", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const angry = {
    toString: () => {
      throw new Error("no");
    },
  };
  const bare = Object.create(null);
  const line = textFormat({ ...record, fields: { circle, angry, bare, big: 1n } });
  assertStringIncludes(line, "circle=[unprintable] angry=[unprintable] bare={} big=1");
});

Deno.test("textFormat() shows errors and values that have a text of their own", () => {
  const fields = { error: new TypeError("Cannot go"), when: new URL("http://a.org/") };
  assertStringIncludes(
    textFormat({ ...record, fields }),
    `error="TypeError: Cannot go" when=http://a.org/`,
  );
});

Deno.test("jsonFormat() writes one object that reads back", () => {
  const fields = { jobId: "7a", count: 3, ok: true, bad: NaN, level: "own" };
  assertEquals(JSON.parse(jsonFormat({ ...record, fields })), {
    time: new Date(timeMs).toISOString(),
    level: "info",
    message: "Sent 0 updates",
    jobId: "7a",
    count: 3,
    ok: true,
    bad: "NaN",
    field_level: "own",
  });
});

Deno.test("textFormat() and jsonFormat() give one line for any record", () => {
  const text = fc.string({ unit: "binary" });
  const records = fc.record({
    timeMs: fc.integer({ min: 0, max: 4e12 }),
    level: fc.constantFrom(...LOG_LEVELS),
    message: text,
    fields: fc.dictionary(text, fc.anything()),
  });
  fc.assert(
    fc.property(records, (any) => {
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assertFalse(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(textFormat(any)));
      const line = jsonFormat(any);
      // deno-lint-ignore no-control-regex -- see above
      assertFalse(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line));
      if (any.message.length < 1000) {
        assertEquals(JSON.parse(line).message, any.message);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("patternFormat() knows the conversions of Log::Dispatch::Config", () => {
  const line = (pattern: string) => patternFormat(pattern)(record);
  assertEquals(line("%d{%Y-%m-%d %H:%M} %p: %m%n"), "2011-03-25 16:18 info: Sent 0 updates");
  assertEquals(line("100%% %F:%L %P"), "100% -:- -");
  assertEquals(line("%x %"), "%x %");
  assertEquals(line(""), "");
});

Deno.test("patternFormat() takes any pattern", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (pattern) => {
    assertFalse(patternFormat(pattern)(record).includes("\n"));
  }));
});
