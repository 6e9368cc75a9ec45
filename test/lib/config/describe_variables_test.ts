import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeVariables, variablesTable } from "../../../lib/config/describe_variables.ts";
import { loggingVariables, xmppAccountVariables } from "../../../lib/config/shared_variables.ts";

Deno.test("describeVariables() gives name, flag, default and meaning", () => {
  const lines = describeVariables(xmppAccountVariables("HB"));
  assertEquals(lines.slice(0, 4), [
    "  HB_JABBER_SERVER, --jabber-server (required)",
    "      Address of the XMPP server (e.g. xmpp.cern.ch)",
    "  HB_JABBER_PORT, --jabber-port [5222]",
    "      Port of the XMPP server (e.g. 5222)",
  ]);
});

Deno.test("a variable's other names and why it changes nothing are told with its meaning", () => {
  const variables = {
    key: {
      name: "KEY",
      aliases: ["OLD_KEY"],
      kind: "text",
      meaning: "Key of a service",
      example: "x",
      withoutEffect: "nobody asks for it",
    },
  } as const;
  const told = "Key of a service; also OLD_KEY; no effect: nobody asks for it";
  assertEquals(describeVariables(variables), ["  KEY", `      ${told} (e.g. x)`]);
  assertStringIncludes(variablesTable(variables), `| ${told} |`);
});

Deno.test("variablesTable() makes one row a variable and escapes bars", () => {
  const table = variablesTable({
    size: { name: "X", kind: "bytes", meaning: "A|B", example: "1GiB", default: 10 },
    on: { name: "Y", kind: "boolean", meaning: "Switch", example: "1" },
  });
  assertEquals(table.split("\n"), [
    "| Variable | Meaning | Default | Example |",
    "| --- | --- | --- | --- |",
    "| `X` | A\\|B (bytes, or 500MB, 1GiB) | `10` | `1GiB` |",
    "| `Y` | Switch (on or off) | `off` | `1` |",
    "",
  ]);
  assertStringIncludes(variablesTable(loggingVariables("JM")), "`JM_LOG_LEVEL`");
});
