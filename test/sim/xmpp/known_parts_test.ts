import { assertEquals } from "@std/assert";
import { serializeXml } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { knownParts } from "../../../sim/xmpp/known_parts.ts";
import { readTrace } from "../../traces.ts";

const pass = (text: string) => serializeXml(knownParts(parseXml(text)));

Deno.test("knownParts() empties a message of the original as the recorded ejabberd does", () => {
  const trace = readTrace("ejabberd-job-happy-path.jsonl").filter(({ xml }) =>
    xml.includes("<body")
  );
  const sent = trace.find(({ dir }) => dir === "c2s")?.xml ?? "";
  const came = parseXml(trace.find(({ dir }) => dir === "s2c")?.xml ?? "");
  const passed = parseXml(pass(sent));
  assertEquals(passed.children, came.children);
  assertEquals(Object.keys(came.attrs).filter((name) => name === "noack" || name === "ack"), []);
});

Deno.test("knownParts() keeps texts and what has a namespace", () => {
  assertEquals(
    pass(
      "<message to='a' ack='1' noack='1' other='x'><body>hi</body><x/><y xmlns='urn:y' z='1'><w/></y></message>",
    ),
    "<message to='a'><body>hi</body><y xmlns='urn:y' z='1'><w/></y></message>",
  );
});
