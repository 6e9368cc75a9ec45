import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { serializeXml, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import {
  parseXml,
  XmlError,
  type XmlErrorCode,
  type XmlLimits,
  XmlStreamParser,
} from "../../../lib/protocol/xml_parser.ts";

/** Feeds a stream in chunks and notes what is told. */
function read(chunks: readonly string[], limits?: XmlLimits): unknown[] {
  const events: unknown[] = [];
  const parser = new XmlStreamParser({
    onStart: (root) => events.push(["start", root]),
    onElement: (element) => events.push(element),
    onEnd: () => events.push("end"),
    limits,
  });
  for (const chunk of chunks) parser.write(chunk);
  return events;
}

/** The code of the error that `fn` throws. */
function codeOf(fn: () => unknown): XmlErrorCode {
  return assertThrows(fn, XmlError).code;
}

/** Cuts a text at the given fractions of its length. */
function cut(text: string, fractions: readonly number[]): string[] {
  const places = fractions.map((fraction) => Math.floor(fraction * text.length)).sort((a, b) =>
    a - b
  );
  return [...places, text.length].map((end, index) => text.slice(places[index - 1] ?? 0, end));
}

const name = fc.stringMatching(/^[A-Za-z_][-.:\w]{0,8}$/).filter((text) => text !== "__proto__");
const text = fc.string({ unit: "grapheme", maxLength: 40 })
  // deno-lint-ignore no-control-regex -- XML has no control characters
  .map((value) => value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " "));
const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.record({
    name,
    attrs: fc.dictionary(name, text, { maxKeys: 5, noNullPrototype: true }),
    children: fc.array(
      fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        text.filter((t) => t !== ""),
        tie("element"),
      ),
      { maxLength: 4 },
    ).map((children) =>
      children.filter((c, i) => typeof c !== "string" || typeof children[i - 1] !== "string")
    ),
  }),
}));

const ROOT = "<stream:stream xmlns='jabber:client'>";

Deno.test("parseXml() reads back what serializeXml() wrote", () => {
  fc.assert(fc.property(element, (tree) => assertEquals(parseXml(serializeXml(tree)), tree)));
});

Deno.test("XmlStreamParser reads the same whatever the chunks", () => {
  const property = fc.property(
    fc.array(element, { maxLength: 4 }),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
    (trees, fractions) => {
      const stream = `<?xml version='1.0'?>${ROOT}${
        trees.map(serializeXml).join(" \n")
      }</stream:stream>`;
      const whole = read([stream]);
      assertEquals(whole.slice(1, -1), trees);
      assertEquals(read(cut(stream, fractions)), whole);
      assertEquals(read([...stream]), whole);
      assertEquals(read(stream.split("")), whole);
    },
  );
  fc.assert(property, { numRuns: 60 });
});

Deno.test("parseXml() throws nothing but XmlError when its input is damaged", () => {
  const junk = fc.constantFrom(
    "<",
    ">",
    "&",
    "'",
    '"',
    "/",
    "]]>",
    "<!",
    "<?",
    "=",
    " ",
    "\0",
    "<![CDATA[",
  );
  const property = fc.property(
    element,
    fc.nat(),
    fc.nat(3),
    junk,
    (tree, place, removed, added) => {
      const sound = serializeXml(tree);
      const at = place % (sound.length + 1);
      const damaged = sound.slice(0, at) + added + sound.slice(at + removed);
      let whole: unknown;
      try {
        whole = parseXml(damaged);
      } catch (error) {
        assert(error instanceof XmlError, String(error));
      }
      if (whole !== undefined) assertEquals(parseXml(serializeXml(whole as XmlElement)), whole);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

Deno.test("XmlStreamParser refuses damaged text for the same reason whatever the chunks", () => {
  const outcome = (chunks: readonly string[]) => {
    try {
      return read(chunks);
    } catch (error) {
      assert(error instanceof XmlError);
      return error.code;
    }
  };
  const junk = fc.constantFrom("<", ">", "&", "'", "=", "</");
  const property = fc.property(element, fc.nat(), junk, (tree, place, added) => {
    const sound = serializeXml(tree);
    const at = place % (sound.length + 1);
    const stream = `${ROOT}${sound.slice(0, at)}${added}${sound.slice(at)}</stream:stream>`;
    const whole = outcome([stream]);
    const piecemeal = outcome(stream.split(""));
    // A damaged tag may still be waiting for its end: then nothing came of it.
    if (typeof whole === "string" && typeof piecemeal !== "string") {
      assert(piecemeal.length < 3 && !piecemeal.includes("end"));
    } else assertEquals(piecemeal, whole);
  });
  fc.assert(property, { numRuns: 300 });
});

Deno.test("parseXml() decodes entities, CDATA and both kinds of quotes", () => {
  const parsed = parseXml(
    `<?xml version='1.0' encoding="UTF-8"?>\n<a b="it's" c='&quot;&#x1F600;&#10;' ><![CDATA[<&]]>]]&gt;&amp;</a >\n`,
  );
  assertEquals(parsed, xml("a", { b: "it's", c: '"\u{1F600}\n' }, "<&]]>&"));
});

Deno.test("parseXml() keeps raw newlines, prefixes and the order of attributes", () => {
  const parsed = parseXml("<stream:a xml:lang='en' z='1\r\n2\t' a=''/>");
  assertEquals(parsed.name, "stream:a");
  assertEquals(Object.entries(parsed.attrs), [["xml:lang", "en"], ["z", "1\r\n2\t"], ["a", ""]]);
});

Deno.test("parseXml() treats names of object properties as any other", () => {
  const parsed = parseXml("<a __proto__='1' constructor='2' toString='3'><__proto__/></a>");
  assertEquals(Object.entries(parsed.attrs), [["__proto__", "1"], ["constructor", "2"], [
    "toString",
    "3",
  ]]);
  assertStrictEquals(Object.getPrototypeOf(parsed.attrs), Object.prototype);
  assertEquals(
    serializeXml(parsed),
    "<a __proto__='1' constructor='2' toString='3'><__proto__/></a>",
  );
});

for (
  const [code, documents] of Object.entries({
    "not-well-formed": [
      "",
      " ",
      "text",
      "<a",
      "<a>",
      "</a>",
      "<a></b>",
      "<a></ab>",
      "<ab></a>",
      "<a/><b/>",
      "<a/>text",
      "<a b='1' b='2'/>",
      "<a b='1'c='2'/>",
      "<a b=1/>",
      "<a b/>",
      "<a b='<'/>",
      "<a b='&'/>",
      "<a>&</a>",
      "<a>&nbsp;</a>",
      "<a>&#0;</a>",
      "<a>&#xD800;</a>",
      "<a>&#x110000;</a>",
      "<a>&#xFFFF;</a>",
      "<a>\u0001</a>",
      "<a>]]></a>",
      "< a/>",
      "<1/>",
      "<a 1='2'/>",
      "<a / >",
      "<\u00d7/>",
      "<a></a b='1'>",
      "<a>&constructor;</a>",
      "<![CDATA[x]]><a/>",
      "<a>&amp</a>",
      "<a b = />",
    ],
    "restricted-xml": [
      "<!DOCTYPE a><a/>",
      "<a><!-- x --></a>",
      "<a><?php x?></a>",
      "<?php x?><a/>",
      "<?xml version='1.0'?><?xml version='1.0'?><a/>",
      "<a/><?xml version='1.0'?>",
      "<a><!ENTITY b 'c'></a>",
    ],
  }) as [XmlErrorCode, string[]][]
) {
  Deno.test(`parseXml() refuses with ${code} what is so`, () => {
    for (const document of documents) {
      assertEquals(codeOf(() => parseXml(document)), code, document);
    }
  });
}

Deno.test("XmlStreamParser refuses more than its limits allow", () => {
  const limits = { maxStanzaBytes: 100, maxDepth: 3, maxAttributes: 2, maxNameLength: 8 };
  const refused = (body: string) => {
    assertEquals(codeOf(() => read([`<s>${body}`], limits)), "policy-violation", body);
    assertEquals(codeOf(() => read(["<s>", ...body], limits)), "policy-violation", body);
  };
  refused(`<a>${"x".repeat(94)}</a>`);
  refused(`<a>${"\u20ac".repeat(32)}</a>`);
  refused(`<a b='${"x".repeat(100)}`);
  refused("<a><b><c/></b></a>");
  refused("<a b='' c='' d=''/>");
  refused("<abcdefghi/>");
  refused("<a abcdefghi=''/>");
  const most = `<a>${"x".repeat(93)}</a>`;
  assertEquals(read([`<s>${most}${most}<a><b/></a><abcdefgh b='' c=''/>`], limits).length, 5);
  assertEquals(read(["<s>", ...most, ...most], limits).length, 3);
});

Deno.test("XmlStreamParser counts no white space between stanzas", () => {
  const blanks = Array.from({ length: 50 }, () => " ".repeat(10));
  assertEquals(read(["<s>", ...blanks, "<a/>"], { maxStanzaBytes: 20 }).length, 2);
});

Deno.test("XmlStreamParser.restart() begins a new stream within a chunk", () => {
  const events: string[] = [];
  const parser = new XmlStreamParser({
    onStart: (root) => events.push(root.name),
    onElement: (child) => {
      events.push(child.name);
      if (child.name === "auth") parser.restart();
    },
    onEnd: () => events.push("end"),
  });
  parser.write("<?xml version='1.0'?><one><auth/>\n<?xml version='1.0'?><two><b/></two>");
  assertEquals(events, ["one", "auth", "two", "b", "end"]);
});

Deno.test("XmlStreamParser.stop() ignores the rest", () => {
  let count = 0;
  const parser = new XmlStreamParser({
    onStart() {},
    onElement() {
      count++;
      parser.stop();
    },
    onEnd() {},
  });
  parser.write("<s><a/><b/>&");
  parser.write("<c/>");
  assertEquals(count, 1);
});

Deno.test("XmlStreamParser is deaf after an error", () => {
  let count = 0;
  const parser = new XmlStreamParser({ onStart() {}, onElement: () => count++, onEnd() {} });
  assertThrows(() => parser.write("<s><a/></b>"), XmlError);
  parser.write("<c/>");
  assertEquals(count, 1);
});

Deno.test("XmlStreamParser takes a large attribute byte by byte in linear time", () => {
  // Quadratic work on 400 kB would be 8e10 steps: the test would not end.
  const value = "x".repeat(400_000);
  const [, stanza] = read([ROOT, ..."<a b='", ...value, ..."'/>"]);
  assertEquals((stanza as XmlElement).attrs["b"]?.length, value.length);
});

Deno.test("XmlStreamParser refuses a declaration at its first > without waiting for its end", () => {
  const parser = new XmlStreamParser({ onStart() {}, onElement() {}, onEnd() {} });
  parser.write("<?xml version='1.0'");
  const error = assertThrows(() => parser.write(">"), XmlError);
  assertEquals(error.code, "restricted-xml");
});
