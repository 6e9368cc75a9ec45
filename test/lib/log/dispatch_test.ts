import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseDispatchConfig } from "../../../lib/log/dispatch_config.ts";
import { DispatchSyntaxError, parseDispatchText } from "../../../lib/log/dispatch_text.ts";

const record = { timeMs: 0, level: "info", message: "text", fields: {} } as const;

function settings(text: string): Record<string, string> {
  return Object.fromEntries([...parseDispatchText(text)].map(([name, { value }]) => [name, value]));
}

Deno.test("parseDispatchText() reads sections, prefixes, quotes and continued lines", () => {
  assertEquals(
    settings(`# log
dispatchers = file \\
   screen
file.class = Log::Dispatch::File
[screen]
  format = "[%d] = %m"
  min_level info
  stderr
[]
format='%m'`),
    {
      dispatchers: "file screen",
      "file.class": "Log::Dispatch::File",
      "screen.format": "[%d] = %m",
      "screen.min_level": "info",
      "screen.stderr": "",
      format: "%m",
    },
  );
});

Deno.test("parseDispatchText() gives the line of what it cannot read", () => {
  const error = assertThrows(() => parseDispatchText("a = 1\n!!"), DispatchSyntaxError);
  assertEquals(error.line, 2);
  assertThrows(() => parseDispatchText("a".repeat(5000)), DispatchSyntaxError, "at most 4096");
  assertThrows(() => parseDispatchText("a\n".repeat(3000)), DispatchSyntaxError, "2000 lines");
});

Deno.test("parseDispatchConfig() reads the sample", async () => {
  const path = new URL("../../../fixtures/config/loggerConf/agent", import.meta.url);
  const { dispatchers, warnings } = parseDispatchConfig(await Deno.readTextFile(path));
  assertEquals(warnings, []);
  const [file, screen] = dispatchers;
  assertEquals([file?.target, file?.filename, file?.minLevel, file?.truncate], [
    "file",
    "/var/log/copilot-agent.log",
    "debug",
    false,
  ]);
  assertEquals([screen?.target, screen?.minLevel], ["stderr", "info"]);
});

Deno.test("parseDispatchConfig() knows what Log::Dispatch's outputs know", () => {
  const { dispatchers, warnings } = parseDispatchConfig(`dispatchers = f s
format = <%m>
[f]
class = Log::Dispatch::File
filename = x
permissions = 0640
max_level = warn
format = json
[s]
class = Log::Dispatch::Screen
stderr = 0
colour = red
[t]
class = Log::Dispatch::Screen`);
  const [file, screen] = dispatchers;
  assertEquals([file?.permissions, file?.maxLevel, file?.truncate], [0o640, "warning", true]);
  assertEquals(JSON.parse(file?.format(record) ?? "").message, "text");
  assertEquals([screen?.target, screen?.format(record)], ["stdout", "<text>"]);
  assertEquals(warnings, [
    "line 12: Ignored the unknown setting s.colour",
    "line 14: Ignored t.class: no dispatcher of that name is listed",
  ]);
});

Deno.test("parseDispatchConfig() refuses what it cannot do", () => {
  const cases = {
    "": "Expected a line such as",
    "dispatchers = a": "Log::Dispatch::Screen for a.class, found nothing",
    "dispatchers = a\na.class = Log::Dispatch::Syslog": `found "Log::Dispatch::Syslog"`,
    "dispatchers = a\na.class = Log::Dispatch::File": "Expected a path for a.filename",
    "dispatchers = a\n[a]\nclass = Log::Dispatch::Screen\nmin_level = loud": "a level such as info",
    "dispatchers = a\n[a]\nclass = Log::Dispatch::File\nfilename = f\nmode = read":
      "append or write",
    "dispatchers = a\n[a]\nclass = Log::Dispatch::File\nfilename = f\npermissions = rw": "octal",
  };
  for (const [text, message] of Object.entries(cases)) {
    assertThrows(() => parseDispatchConfig(text), DispatchSyntaxError, message);
  }
});

Deno.test("parseDispatchConfig() gives a result or a DispatchSyntaxError for any text", () => {
  const word = fc.constantFrom(
    "dispatchers",
    "=",
    "a",
    "[a]",
    "\n",
    " ",
    "class",
    "\\",
    '"',
    "%d{",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(word).map((words) => words.join("")),
  );
  fc.assert(fc.property(text, (any) => {
    try {
      assert(parseDispatchConfig(any).dispatchers.length < 200);
    } catch (error) {
      assertInstanceOf(error, DispatchSyntaxError);
    }
  }));
});

Deno.test("parseDispatchConfig() complains of long names in few words", () => {
  const name = "x".repeat(4000);
  const error = assertThrows(() => parseDispatchConfig(`dispatchers = ${name}\n`));
  assert(error instanceof DispatchSyntaxError && error.message.length < 300);
  const { warnings } = parseDispatchConfig(`dispatchers =\n${name} = 1\n`);
  assert(warnings.every((warning) => warning.length < 300));
});
