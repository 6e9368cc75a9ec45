import { assertEquals } from "@std/assert";
import { answerIq } from "../../../lib/messaging/iq.ts";
import { serializeXml, xml, type XmlElement } from "../../../lib/protocol/xml.ts";

const PING = xml("ping", { xmlns: "urn:xmpp:ping" });

function answer(type: string, ...children: XmlElement[]): string | undefined {
  const iq = xml("iq", { type, id: "q1", from: "a@b/c", to: "me@b/x" }, ...children);
  const answered = answerIq(iq);
  return answered === undefined ? undefined : serializeXml(answered);
}

Deno.test("answerIq() answers a ping", () => {
  assertEquals(answer("get", PING), "<iq type='result' id='q1' to='a@b/c'/>");
});

Deno.test("answerIq() refuses other requests as RFC 6120 asks, their content repeated", () => {
  const refused = "<error type='cancel'>" +
    "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
  const version = xml("query", { xmlns: "jabber:iq:version" });
  assertEquals(
    answer("get", version),
    `<iq type='error' id='q1' to='a@b/c'><query xmlns='jabber:iq:version'/>${refused}`,
  );
  assertEquals(answer("set"), `<iq type='error' id='q1' to='a@b/c'>${refused}`);
  assertEquals(answer("set", PING)?.startsWith("<iq type='error'"), true);
  assertEquals(answer("get", xml("ping", { xmlns: "other" }))?.includes("error"), true);
});

Deno.test("answerIq() never answers an answer", () => {
  assertEquals(answer("result", PING), undefined);
  assertEquals(answer("error", PING), undefined);
  assertEquals(answer(""), undefined);
});
