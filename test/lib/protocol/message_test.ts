import { assert, assertEquals } from "@std/assert";
import { formatCommand, parseCommand } from "../../../lib/protocol/command_codec.ts";
import { decodeMessage, encodeMessage } from "../../../lib/protocol/message.ts";
import { serializeXml, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { messagesOf, traceNames } from "../../traces.ts";

/** An element with its attributes in order and white space as servers leave it. */
function canonical(element: XmlElement): unknown {
  const attrs = Object.entries(element.attrs)
    .filter(([name]) => name !== "xml:lang")
    .map(([name, value]) => [name, value.replaceAll("\n", " ")])
    .sort();
  const children = element.children.map((child) =>
    typeof child === "string" ? child : canonical(child)
  );
  return [element.name, attrs, children];
}

Deno.test("encodeMessage() writes a command byte for byte as the original", () => {
  const stanza = encodeMessage({
    kind: "command",
    from: "jm@copilot.test",
    to: "agent@copilot.test/1",
    id: "498d45c2",
    noack: false,
    groupchat: false,
    info: formatCommand({ command: "have_getJob" }),
  });
  assertEquals(
    serializeXml(stanza),
    "<message from='jm@copilot.test' to='agent@copilot.test/1' id='498d45c2'>" +
      "<body><info command='_BASE64:aGF2ZV9nZXRKb2I=\n'/></body></message>",
  );
});

Deno.test("encodeMessage() writes an acknowledgement without id and body", () => {
  const stanza = encodeMessage({ kind: "ack", from: "jm@site", to: "agent@site/1", ack: "id-1" });
  assertEquals(serializeXml(stanza), "<message ack='id-1' from='jm@site' to='agent@site/1'/>");
});

for (const name of traceNames().filter((name) => !name.startsWith("secure-mode"))) {
  Deno.test(`decodeMessage() and encodeMessage() carry every command of ${name} unchanged`, () => {
    for (const { line, stanza } of messagesOf(name)) {
      const message = decodeMessage(stanza);
      const asSent = /<info[^>]* command='_BASE64:/.test(line.xml) && !line.conn.startsWith("hand");
      if (line.dir !== "c2s" || !asSent) continue;
      assert(message.kind === "command", line.xml);
      const command = parseCommand(message.info);
      assert(command.command !== "unknown", line.xml);
      const written = encodeMessage({ ...message, info: formatCommand(command) });
      assertEquals(canonical(written), canonical(stanza));
    }
  });
}

Deno.test("encodeMessage() and decodeMessage() carry every command in the namespaced form, too", () => {
  for (const { line, stanza } of messagesOf("job-happy-path.jsonl")) {
    const message = decodeMessage(stanza);
    if (message.kind !== "command" && message.kind !== "ack") continue;
    const written = encodeMessage({ ...message, form: "namespaced" });
    assertEquals(written.attrs["ack"] ?? written.attrs["noack"], undefined);
    assertEquals(written.children.length, 1, line.xml);
    const read = decodeMessage(parseXml(serializeXml(written)));
    assertEquals(read, { ...message, form: "namespaced" });
  }
});

Deno.test("decodeMessage() takes no other element for an envelope", () => {
  const info = xml("info", { command: "x" });
  const stanza = xml("message", { id: "1" }, xml("copilot", { xmlns: "urn:other" }, info));
  assertEquals(decodeMessage(stanza).kind, "other");
});

Deno.test("decodeMessage() reads the corrupted resend of the original", () => {
  const resent = messagesOf("resend-agent-not-acked.jsonl")
    .filter(({ line }) => line.xml.includes("HASH(0x"));
  assert(resent.length > 0);
  for (const { stanza } of resent) {
    const message = decodeMessage(stanza);
    assert(message.kind === "command");
    const command = parseCommand(message.info);
    assert(command.command === "want_getJob");
    assert(command.jdl.includes('Type="machine"'));
    assertEquals(command.agentHost, "vm");
  }
});

Deno.test("decodeMessage() tells apart what is no command", () => {
  const kindOf = (text: string) => {
    const message = decodeMessage(parseXml(text));
    return message.kind === "other" ? `other: ${message.reason}` : message.kind;
  };
  assertEquals(
    kindOf("<message id='1'><body>hello</body></message>"),
    "other: no info in it",
  );
  assertEquals(kindOf("<message id='1'/>"), "other: no info in it");
  assertEquals(
    kindOf("<message id='1'><body><other/></body></message>"),
    "other: no info in it",
  );
  assertEquals(kindOf("<message><body><info command='x'/></body></message>"), "other: no id");
  assertEquals(kindOf("<message ack=''/>"), "other: empty ack");
  assertEquals(kindOf("<message ack='1'><body> </body></message>"), "ack");
  assertEquals(kindOf("<message type='error' id='1'><error><gone/></error></message>"), "error");
  assertEquals(kindOf("<message type='error' id='1'><body><info/></body></message>"), "command");
});

Deno.test("decodeMessage() takes the last of two infos", () => {
  const stanza = xml(
    "message",
    { id: "1" },
    xml("body", {}, xml("info", { a: "1" }), xml("info", { b: "2" })),
  );
  const message = decodeMessage(stanza);
  assert(message.kind === "command");
  assertEquals({ ...message.info.attributes }, { b: "2" });
});

Deno.test("decodeMessage() names the condition of an error", () => {
  const message = decodeMessage(parseXml(
    "<message type='error' id='7' from='agent@site/1'><error type='cancel'>" +
      "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
  ));
  assertEquals(message, {
    kind: "error",
    from: "agent@site/1",
    to: "",
    id: "7",
    condition: "service-unavailable",
  });
});
