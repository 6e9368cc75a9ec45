import { assertEquals } from "@std/assert";
import { findPassages } from "../../../lib/trace/passages.ts";
import { readSessions } from "../../../lib/trace/sessions.ts";
import { parseTrace } from "../../../lib/trace/read.ts";
import { readTrace } from "../../traces.ts";

function open(name: string) {
  const { sessions, stanzas } = readSessions(readTrace(name));
  return { sessions, passages: findPassages(stanzas) };
}

Deno.test("findPassages() pairs what left with what arrived, for each receiver", () => {
  const { passages } = open("two-managers-competing-shared-redis.jsonl");
  const [first] = passages;
  assertEquals(first?.sent?.record.line, 45);
  assertEquals(first?.deliveries.map(({ record }) => record.line), [46, 47]);
  assertEquals(passages.filter(({ deliveries }) => deliveries.length === 0), []);
});

Deno.test("findPassages() follows messages through rooms, private ones too", () => {
  const { passages } = open("heartbeat-list.jsonl");
  const ways = passages.filter(({ sent }) => sent !== undefined && sent.stanza.name === "message")
    .map((
      { sent, deliveries },
    ) => [sent?.record.line, deliveries.map(({ record }) => record.line)]);
  assertEquals(ways, [[38, [39]], [40, [41]], [63, [64, 65, 66]], [67, [69]], [68, [70]]]);
});

Deno.test("findPassages() keeps the order of equal messages, and those without an id", () => {
  const { passages } = open("dedupe-same-id.jsonl");
  const copies = passages.filter(({ sent }) => sent?.stanza.attrs["id"] === "SAME-ID-A");
  assertEquals(
    copies.map(({ sent }) => sent?.record.line),
    [29, 35, 41, 47, 53]
      .concat(copies.at(-1)?.sent?.record.line ?? 0),
  );
  for (const { deliveries } of copies) assertEquals(deliveries.length, 1);
});

Deno.test("readSessions() finds who was on a connection, and which of them follow each other", () => {
  const names = (trace: string) =>
    open(trace).sessions.map(({ conn, component, ended }) => [conn, component, ended]);
  assertEquals(names("request-cooldown.jsonl"), [
    ["jm", "jm", false],
    ["agent", "agent", false],
    ["agent#2", "agent", false],
    ["hand", "hand", true],
  ]);
  const [agent] = open("heartbeat-list.jsonl").sessions.filter(({ conn }) => conn === "agent");
  assertEquals(agent?.jid, "agent@copilot.test/1d9239d31f6040a415271bce9159e3c1");
  assertEquals(agent?.occupants.length, 1);
});

Deno.test("readSessions() takes two connections of an account side by side for two components", () => {
  const line = (t: number, conn: string, dir: string, xml: string) =>
    JSON.stringify({ t, conn, dir, xml });
  const bind = (resource: string) =>
    `<iq id='1' type='result'><bind xmlns='b'><jid>jm@site/${resource}</jid></bind></iq>`;
  const trace = [
    line(0, "jm", "s2c", bind("a")),
    line(1, "jm#2", "s2c", bind("b")),
    line(2, "jm", "c2s", "<message to='x@site' ack='1'/>"),
  ].join("\n");
  const components = readSessions(parseTrace(trace)).sessions.map(({ component }) => component);
  assertEquals(components, ["jm", "jm#2"]);
});

Deno.test("readSessions() knows a stream that goes on with an earlier session", () => {
  const line = (t: number, conn: string, dir: string, xml: string) =>
    JSON.stringify({ t, conn, dir, xml });
  const trace = [
    line(0, "agent", "s2c", "<iq type='result'><bind><jid>agent@site/a</jid></bind></iq>"),
    line(1, "agent", "s2c", "<enabled xmlns='urn:xmpp:sm:3' resume='true' id='tok'/>"),
    line(2, "agent#2", "s2c", "<resumed xmlns='urn:xmpp:sm:3' previd='tok' h='1'/>"),
    line(3, "agent#2", "c2s", "<message to='x@site' ack='1'/>"),
  ].join("\n");
  const { sessions, stanzas } = readSessions(parseTrace(trace));
  assertEquals(sessions.map(({ jid }) => jid), ["agent@site/a", "agent@site/a"]);
  assertEquals(stanzas.length, 1);
});
