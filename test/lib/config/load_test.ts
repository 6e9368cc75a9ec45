import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ConfigError } from "../../../lib/config/config_error.ts";
import { parseConfigText } from "../../../lib/config/config_text.ts";
import { loadConfig, resolveConfig } from "../../../lib/config/load.ts";
import { readConfigSources } from "../../../lib/config/sources.ts";
import { chatRoomVariables, xmppAccountVariables } from "../../../lib/config/shared_variables.ts";
import { defineVariables } from "../../../lib/config/variables.ts";

const component = "copilot-test";
const noEnvironment = () => undefined;

const variables = defineVariables({
  server: {
    name: "T_SERVER",
    kind: "text",
    meaning: "Address of the server",
    example: "host.cern.ch",
    required: true,
  },
  port: {
    name: "T_PORT",
    kind: "integer",
    meaning: "Port",
    example: "1",
    default: 9094,
    max: 65_535,
  },
  room: { name: "T_ROOM", kind: "text", meaning: "Room", example: "lounge" },
  queueOnly: { name: "T_QUEUE_ONLY", kind: "boolean", meaning: "Only queue", example: "1" },
  mode: { name: "T_MODE", kind: "choice", meaning: "Mode", example: "a", choices: ["a", "b"] },
  key: {
    name: "T_KEY",
    aliases: ["T_API_KEY"],
    kind: "bytes",
    meaning: "Key",
    example: "1",
    secret: true,
  },
});

async function withFiles<T>(
  files: Record<string, string>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(directory, name), text);
    }
    return await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function load(files: Record<string, string>, environment: Record<string, string> = {}, flags = {}) {
  return withFiles(files, (directory) =>
    loadConfig(variables, {
      component,
      directory,
      environment: (name) => environment[name],
      flags: new Map(Object.entries(flags)),
    }));
}

Deno.test("loadConfig() gives typed values and defaults", async () => {
  const { config, warnings } = await load({
    "copilot-test.conf": "T_SERVER a\nT_QUEUE_ONLY 1\nT_MODE b",
  });
  const server: string = config.server;
  const port: number = config.port;
  const room: string | undefined = config.room;
  const mode: "a" | "b" | undefined = config.mode;
  assertEquals([server, port, room, mode], ["a", 9094, undefined, "b"]);
  assertEquals([config.queueOnly, config.key], [true, undefined]);
  assertEquals(warnings, []);
});

Deno.test("loadConfig() lets the component's file, the environment and flags win in this order", async () => {
  const files = {
    "Copilot.conf": "T_SERVER shared\nT_PORT 1\nT_ROOM shared\nT_MODE a",
    "copilot-test.conf": "T_PORT 2\nT_ROOM own\nT_MODE a",
  };
  const { config } = await load(files, { T_ROOM: "environment", T_MODE: "a" }, { T_MODE: "b" });
  assertEquals([config.server, config.port, config.room, config.mode], [
    "shared",
    2,
    "environment",
    "b",
  ]);
});

Deno.test("loadConfig() falls back to the default when a stronger source unsets", async () => {
  const files = { "Copilot.conf": "T_SERVER s\nT_PORT 1\nT_ROOM r", "copilot-test.conf": "T_PORT" };
  const { config } = await load(files, { T_SERVER: "" }, { T_ROOM: "" });
  assertEquals([config.server, config.port, config.room], ["s", 9094, undefined]);
});

Deno.test("loadConfig() knows aliases", async () => {
  const { config } = await load({ "copilot-test.conf": "T_SERVER s\nT_API_KEY 1kB" });
  assertEquals(config.key, 1000);
});

Deno.test("loadConfig() names every problem with file, meaning and example", async () => {
  const text = "T_PORT 70000\nT_MODE c\nT_KEY hush-hush\nT_QUEUE_ONLY=1";
  const error = await assertRejects(() => load({ "copilot-test.conf": text }), ConfigError);
  assertEquals(error.exitCode, 2);
  assertEquals(error.problems.length, 5);
  for (
    const part of [
      "Cannot configure copilot-test: 5 problems",
      "copilot-test.conf cannot be understood in line 4",
      "T_SERVER is not set",
      "Copilot.conf",
      "meaning: Address of the server",
      "example: T_SERVER host.cern.ch",
      `T_PORT = "70000" is above the largest allowed value 65535`,
      "copilot-test.conf line 1",
      `T_MODE = "c" is none of a, b`,
      "T_KEY is no size",
    ]
  ) assertStringIncludes(error.message, part);
  assertEquals(error.message.includes("hush-hush"), false);
});

Deno.test("loadConfig() names the files it looked for", async () => {
  const error = await assertRejects(() => load({}), ConfigError);
  assertStringIncludes(error.message, "not in environment, command line; looked for ");
  assertStringIncludes(error.message, "copilot-test.conf");
});

Deno.test("loadConfig() warns of unknown names in the component's own file and flags", async () => {
  const files = {
    "Copilot.conf": "OTHER_THING 1",
    "copilot-test.conf": "T_SERVER s\nT_SERVR x\nZZZ 1",
  };
  const { warnings } = await load(files, {}, { T_PROT: "1" });
  assertEquals(warnings.map((warning) => warning.replace(/^.*\//, "")), [
    `copilot-test.conf line 2: Ignored the unknown variable "T_SERVR"; did you mean T_SERVER?`,
    `copilot-test.conf line 3: Ignored the unknown variable "ZZZ"`,
    `command line: Ignored the unknown variable "T_PROT"; did you mean T_PORT?`,
  ]);
});

Deno.test("resolveConfig() warns of a variable that is set and has no effect", () => {
  const variables = defineVariables({
    old: {
      name: "T_OLD",
      kind: "text",
      meaning: "Once of use",
      example: "x",
      withoutEffect: "nobody asks for it",
    },
  });
  const resolve = (text: string) =>
    resolveConfig(variables, {
      component: "copilot-test",
      layers: [{
        name: "test.conf",
        entries: parseConfigText(text, "test.conf").entries,
        ownNamesOnly: true,
      }],
      absentFiles: [],
      problems: [],
      warnings: [],
    }).warnings;
  assertEquals(resolve("T_OLD 1"), ["test.conf line 1: T_OLD has no effect: nobody asks for it"]);
  assertEquals(resolve(""), []);
});

Deno.test("loadConfig() refuses a file that is too large or a directory", async () => {
  const text = "#".repeat((1 << 20) + 1);
  const error = await assertRejects(() => load({ "copilot-test.conf": text }), ConfigError);
  assertStringIncludes(error.message, "cannot be read");
  await withFiles({}, async (directory) => {
    await Deno.mkdir(join(directory, "Copilot.conf"));
    await assertRejects(() => loadConfig(variables, { component, directory }), ConfigError);
  });
});

Deno.test("readConfigSources() takes the directory from COPILOT_CONFIG", async () => {
  await withFiles({ "copilot-test.conf": "T_SERVER s" }, async (directory) => {
    const environment = (name: string) => name === "COPILOT_CONFIG" ? directory : undefined;
    const sources = await readConfigSources(variables, { component, environment });
    assertEquals(resolveConfig(variables, sources).config.server, "s");
  });
  const sources = await readConfigSources(variables, { component, environment: noEnvironment });
  assertStringIncludes(sources.absentFiles[0] ?? "", "/etc/copilot/Copilot.conf");
});

Deno.test("loadConfig() reads the sample of the report", async () => {
  const directory = new URL("../../../fixtures/config", import.meta.url).pathname;
  const agent = { ...xmppAccountVariables("AGENT"), ...chatRoomVariables };
  const { config } = await loadConfig(agent, {
    component: "copilot-agent",
    directory,
    environment: noEnvironment,
  });
  assertEquals(config.jabberPort, 5222);
  assertEquals(config.jabberTls, "auto");
  assertEquals(config.chatRoom, "pilots-lounge");
});

Deno.test("resolveConfig() freezes the configuration", () => {
  const sources = { component, layers: [], absentFiles: [], problems: [], warnings: [] };
  const { config } = resolveConfig(chatRoomVariables, sources);
  assertThrows(() => Object.assign(config, { chatRoom: "other" }), TypeError);
});
