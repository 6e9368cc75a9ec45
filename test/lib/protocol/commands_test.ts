import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { COMMAND_NAMES, formatCommand, parseCommand } from "../../../lib/protocol/command_codec.ts";
import type { Command } from "../../../lib/protocol/commands.ts";
import { decodeInfo, encodeInfo, type Info } from "../../../lib/protocol/info.ts";
import { serializeXml } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 }).map((given) => given.toWellFormed());
const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,10}$/);
const attributes = fc.dictionary(name, text, { noNullPrototype: true, maxKeys: 6 });
const leaf = attributes.map((given): Info => ({ attributes: given, children: {} }));
const info = fc.record({
  attributes,
  children: fc.dictionary(name, leaf, { noNullPrototype: true, maxKeys: 2 }),
});

/** Without the null prototypes that decoding gives. */
function plain(given: Info): unknown {
  return JSON.parse(JSON.stringify(given));
}

Deno.test("encodeInfo() and decodeInfo() carry any tree of attributes through XML", () => {
  fc.assert(fc.property(info, (given) => {
    const carried = decodeInfo(parseXml(serializeXml(encodeInfo("info", given))));
    assertEquals(plain(carried), plain(given));
  }));
});

Deno.test("parseCommand() and formatCommand() lose nothing, whatever the command", () => {
  const command = fc.oneof(fc.constantFrom(...COMMAND_NAMES), name);
  fc.assert(fc.property(info, command, (given, named) => {
    const whole: Info = { ...given, attributes: { ...given.attributes, command: named } };
    const parsed = parseCommand(whole);
    assertEquals(parseCommand(formatCommand(parsed)), parsed);
    if (parsed.command === "unknown") {
      assertEquals(formatCommand(parsed), whole);
    } else if (parsed.command !== "runJob") {
      const written = formatCommand(parsed);
      for (const key of Object.keys(whole.attributes)) {
        assertEquals(written.attributes[key], whole.attributes[key]);
      }
    }
  }));
});

Deno.test("parseCommand() understands a runJob with its job", () => {
  const command: Command = {
    command: "runJob",
    jmJobData: "startedAt=1####",
    job: {
      id: "e922bca1",
      chirpUrl: "127.0.0.1:9094",
      inputDir: "e922bca1",
      inputFiles: ["data.txt", "hello.sh"],
      command: "hello.sh",
      arguments: "-v",
      environment: "A=1",
      packages: "VO_ALICE@AliRoot::v4-16-Rev-01",
      validationScript: "check.sh",
      wallTimeSeconds: 60,
      outputBytes: 1024,
    },
  };
  assertEquals(parseCommand(formatCommand(command)), command);
});

Deno.test("parseCommand() reads the report's name of the validation script, too", () => {
  const command = parseCommand({
    attributes: { command: "runJob" },
    children: { job: { attributes: { id: "1", validation: "check.sh" }, children: {} } },
  });
  assert(command.command === "runJob");
  assertEquals(command.job.validationScript, "check.sh");
});

Deno.test("parseCommand() conveys a redirected command whole, an adapter's state included", () => {
  const nested: Info = {
    attributes: { command: "getJobOutputDir", jobID: "1" },
    children: { adapter: { attributes: { CA: "x" }, children: {} } },
  };
  const command = parseCommand({
    attributes: { command: "redirect", referral: "sm@site" },
    children: { info: nested },
  });
  assertEquals(command, { command: "redirect", referral: "sm@site", info: nested });
});

Deno.test("parseCommand() takes names of the language's own as unknown commands", () => {
  for (const odd of ["__proto__", "constructor", "toString", ""]) {
    const command = parseCommand({ attributes: { command: odd }, children: {} });
    assertEquals(command.command, "unknown");
  }
});

Deno.test("parseCommand() ignores limits that make no sense", () => {
  for (const limit of ["-1", "0", "NaN", "Infinity", "x", ""]) {
    const command = parseCommand({
      attributes: { command: "runJob" },
      children: { job: { attributes: { id: "1", wallTimeLimit: limit }, children: {} } },
    });
    assert(command.command === "runJob");
    assertEquals(command.job.wallTimeSeconds, undefined);
  }
});
