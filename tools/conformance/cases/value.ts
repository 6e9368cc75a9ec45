/**
 * Values on the wire (report 2.1): the prefix, base64 in all its forms, and what a manager writes itself.
 *
 * @module
 */
import { encodeValue } from "../../../lib/protocol/value.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { againstManager } from "../case.ts";
import type { Heard } from "../peer.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import { mustNotUnderstand, mustUnderstand, PROBE, PROBED } from "./_probe.ts";

const DIGITS = encodeValue(PROBE.command).replace(/^_BASE64:|\n/g, "");
const HALF = DIGITS.length / 2;

const PREFIX = againstManager([
  {
    id: "value/prefix/1",
    level: "MUST",
    rule: "A value with the prefix _BASE64: is decoded.",
    source: "report 2.2.1.1; measured",
    run: (stage) => mustUnderstand(stage, `_BASE64:${DIGITS}`),
  },
  {
    id: "value/prefix/2",
    level: "SHOULD",
    rule: "A value with the prefix __BASE64:, as the report prints it once, is decoded.",
    source: "report 2.1, listing 2.2",
    known: { perl: "it takes such a value literally" },
    run: (stage) => mustUnderstand(stage, `__BASE64:${DIGITS}`),
  },
  {
    id: "value/prefix/3",
    level: "MUST",
    rule: "A value with the prefix _BASE64 and no colon is decoded.",
    source: "measured",
    run: (stage) => mustUnderstand(stage, `_BASE64${DIGITS}`),
  },
  {
    id: "value/prefix/4",
    level: "MUST",
    rule: "A value with the prefix _BASE64:: and two colons is decoded.",
    source: "measured",
    run: (stage) => mustUnderstand(stage, `_BASE64::${DIGITS}`),
  },
  {
    id: "value/prefix/5",
    level: "MUST",
    rule: "A value without prefix is taken as it stands.",
    source: "measured",
    run: (stage) => mustUnderstand(stage, PROBE.command),
  },
  {
    id: "value/prefix/6",
    level: "MUST",
    rule: "A prefix in lower case is none: the value is taken literally.",
    source: "measured",
    run: (stage) => mustNotUnderstand(stage, `_base64:${DIGITS}`),
  },
  {
    id: "value/prefix/7",
    level: "MUST",
    rule: "A prefix after a blank is none: the value is taken literally.",
    source: "measured",
    run: (stage) => mustNotUnderstand(stage, ` _BASE64:${DIGITS}`),
  },
  {
    id: "value/prefix/8",
    level: "MUST",
    rule: "Base64 without prefix is text, not decoded.",
    source: "measured",
    run: (stage) => mustNotUnderstand(stage, DIGITS),
  },
]);

const BASE64 = againstManager([
  {
    id: "value/base64/1",
    level: "MUST",
    rule: "A line end after the digits, as the original writes it, does not matter.",
    source: "measured",
    run: (stage) => mustUnderstand(stage, `_BASE64:${DIGITS}\n`),
  },
  {
    id: "value/base64/2",
    level: "MUST",
    rule: "Blanks among the digits, as servers make them of line ends, do not matter.",
    source: "measured",
    run: (stage) =>
      mustUnderstand(stage, `_BASE64:${DIGITS.slice(0, HALF)} ${DIGITS.slice(HALF)} `),
  },
  {
    id: "value/base64/3",
    level: "MUST",
    rule: "Line ends among the digits do not matter.",
    source: "measured",
    run: (stage) =>
      mustUnderstand(stage, `_BASE64:${DIGITS.slice(0, HALF)}\n${DIGITS.slice(HALF)}\n`),
  },
  {
    id: "value/base64/4",
    level: "MUST",
    rule: "Missing padding does not matter.",
    source: "measured",
    run: (stage) => mustUnderstand(stage, `_BASE64:${DIGITS.replace(/=+$/, "")}`),
  },
  {
    id: "value/base64/5",
    level: "SHOULD",
    rule: "Characters outside the alphabet are skipped.",
    source: "measured",
    run: (stage) =>
      mustUnderstand(stage, `_BASE64:${DIGITS.slice(0, HALF)}!*-${DIGITS.slice(HALF)}`),
  },
  {
    id: "value/base64/6",
    level: "MUST",
    rule: "The prefix alone is an empty value.",
    source: "measured",
    run: (stage) => mustNotUnderstand(stage, "_BASE64:"),
  },
  {
    id: "value/base64/7",
    level: "MUST",
    rule: "Digits that make no base64 at all do not stop the manager.",
    source: "design",
    run: async (stage) => {
      await mustNotUnderstand(stage, "_BASE64:!!!");
      await mustUnderstand(stage, `_BASE64:${DIGITS}`);
    },
  },
  {
    id: "value/base64/8",
    level: "MUST",
    rule: "Bytes that are no UTF-8 do not stop the manager.",
    source: "design",
    run: async (stage) => {
      await mustNotUnderstand(stage, "_BASE64://79/A==");
      await mustUnderstand(stage, `_BASE64:${DIGITS}`);
    },
  },
]);

/** Every attribute inside a body, whatever element it stands in. */
function valuesOf(element: XmlElement): string[] {
  return [
    ...Object.entries(element.attrs).filter(([name]) => name !== "xmlns").map(([, value]) => value),
    ...element.children.flatMap((child) => typeof child === "string" ? [] : valuesOf(child)),
  ];
}

/** The values that a manager wrote into an answer. */
function writtenValues({ stanza }: Heard): string[] {
  return stanza.children.flatMap((child) =>
    typeof child !== "string" && child.name === "body" ? valuesOf(child) : []
  );
}

const WRITTEN = againstManager([
  {
    id: "value/written/1",
    level: "MUST",
    rule: "All the values inside the body are base64 encoded, with the prefix _BASE64:.",
    source: "report 2.1; measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const values = writtenValues(await agent.ask(manager, PROBE, PROBED));
      must(values.length > 0, "The answer has no values");
      for (const value of values) mustMatch(value, /^_BASE64:[^:]*$/, "A value of the answer");
    },
  },
  {
    id: "value/written/2",
    level: "MUST",
    rule: "All values of a job are encoded, those of the nested element included.",
    source: "report 2.1; measured",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit({ arguments: "1 2", environment: "A=b", packages: "VO@x::1" });
      const agent = await peer();
      const command = { command: "getJob", agentHost: "vm", jdl: "[]" };
      const values = writtenValues(await agent.ask(manager, command, "runJob"));
      must(values.length >= 8, `A job has at least eight values, not ${values.length}`);
      for (const value of values) mustMatch(value, /^_BASE64:[^:]*$/, "A value of the job");
    },
  },
  {
    id: "value/written/3",
    level: "SHOULD",
    rule: "A long value is broken after every 76 characters; servers make blanks of the line ends.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit({ arguments: "x".repeat(500) });
      const agent = await peer();
      const command = { command: "getJob", agentHost: "vm", jdl: "[]" };
      const values = writtenValues(await agent.ask(manager, command, "runJob"));
      const longest = values.flatMap((value) => value.replace("_BASE64:", "").split(/\s/))
        .reduce((length, line) => Math.max(length, line.length), 0);
      mustEqual(longest, 76, "The longest line of digits");
    },
  },
  {
    id: "value/written/4",
    level: "MUST",
    rule: "An empty value is the prefix alone.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit({ environment: "" });
      const agent = await peer();
      const command = { command: "getJob", agentHost: "vm", jdl: "[]" };
      const values = writtenValues(await agent.ask(manager, command, "runJob"));
      must(values.includes("_BASE64:"), "No value of the job is the prefix alone");
    },
  },
  {
    id: "value/written/5",
    level: "MUST",
    rule: "Text that is not ASCII goes through as UTF-8.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const text = "naïve Ωμέγα 日本語 🚀 <&'\">";
      await jobs.submit({ arguments: text });
      const agent = await peer();
      const command = { command: "getJob", agentHost: "vm", jdl: "[]" };
      const { info } = await agent.ask(manager, command, "runJob");
      mustEqual(info.children["job"]?.attributes["arguments"], text, "The arguments");
    },
  },
]);

/** Cases about values. */
export const VALUE_CASES = [...PREFIX, ...BASE64, ...WRITTEN];
