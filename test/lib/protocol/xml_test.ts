import { assertEquals, assertStrictEquals } from "@std/assert";
import { childNamed, escapeXml, serializeXml, textOf, xml } from "../../../lib/protocol/xml.ts";

Deno.test("xml() leaves out attributes that are undefined", () => {
  const element = xml("a", { b: "1", c: undefined, d: "" }, "text", xml("e"));
  assertEquals(element, {
    name: "a",
    attrs: { b: "1", d: "" },
    children: ["text", { name: "e", attrs: {}, children: [] }],
  });
});

Deno.test("childNamed() finds the first child element of that name", () => {
  const first = xml("b", { id: "1" });
  const element = xml("a", {}, "b", xml("c"), first, xml("b", { id: "2" }));
  assertStrictEquals(childNamed(element, "b"), first);
  assertStrictEquals(childNamed(element, "d"), undefined);
});

Deno.test("textOf() joins the text directly inside", () => {
  assertEquals(textOf(xml("a", {}, "one ", xml("b", {}, "not this"), "two")), "one two");
  assertEquals(textOf(xml("a")), "");
});

Deno.test("escapeXml() escapes what ends an attribute, begins markup or an entity", () => {
  assertEquals(
    escapeXml(`<a b="c" d='e'>&amp;`),
    "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;",
  );
  assertEquals(escapeXml("plain\n\u20ac"), "plain\n\u20ac");
});

Deno.test("serializeXml() writes as the original does", () => {
  const info = xml("info", { command: "_BASE64:eA==\n", jdl: "a & b" });
  const message = xml("message", { to: "jm@copilot.test" }, xml("body", {}, info, "<text>"));
  assertEquals(
    serializeXml(message),
    "<message to='jm@copilot.test'><body><info command='_BASE64:eA==\n' jdl='a &amp; b'/>" +
      "&lt;text&gt;</body></message>",
  );
});
