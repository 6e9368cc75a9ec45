/** Documents and changes from the wire, before they may reach a database. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseDetails, parseUpdate } from "../../../roles/monitor/details.ts";

Deno.test("parseDetails() reads a document as the original writes it", () => {
  assertEquals(
    parseDetails(
      '{"user": "a", "connected": "true", "loc": [6.1, 46.2], "agent_data": {"id": "i"}}',
    ),
    { user: "a", connected: true, loc: [6.1, 46.2], agent_data: { id: "i" } },
  );
});

Deno.test("parseDetails() refuses what acts on a database, and ids of its own", () => {
  for (
    const text of [
      '{"$where": "1"}',
      '{"a": {"$gt": ""}}',
      '{"a.b": 1}',
      '{"_id": "mine"}',
      "[]",
      "1",
      "{",
    ]
  ) assertThrows(() => parseDetails(text), SyntaxError, undefined, text);
  assertThrows(() => parseDetails("[".repeat(70_000)), SyntaxError, "characters");
  assertThrows(
    () => parseDetails(`{"a":${"[".repeat(20)}${"]".repeat(20)}}`),
    SyntaxError,
    "deeply",
  );
});

Deno.test("parseUpdate() lets through counts and values of plain fields alone", () => {
  assertEquals(parseUpdate('{"$inc": {"succeeded_jobs": 1}, "$set": {"agent_data.rev": "7"}}'), {
    $inc: { succeeded_jobs: 1 },
    $set: { "agent_data.rev": "7" },
  });
  const refused = [
    '{"$rename": {"a": "b"}}',
    '{"$push": {"a": 1}}',
    '{"a": 1}',
    '{"$set": 1}',
    '{"$set": {"$a": 1}}',
    '{"$set": {"a.$[]": 1}}',
    '{"$set": {"a": {"$b": 1}}}',
  ];
  for (const text of refused) assertThrows(() => parseUpdate(text), SyntaxError, undefined, text);
});

Deno.test("parseDetails() and parseUpdate() give names without $ and dots, or say SyntaxError", () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom("$set", "$where", "a.b", "__proto__", "_id", "$inc"),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.double(),
      fc.array(tie("value")),
      tie("object"),
    ),
    object: fc.array(fc.tuple(name, tie("value"))).map((pairs) =>
      Object.fromEntries(pairs as [string, unknown][])
    ),
  })).object;
  const names = (value: unknown): string[] =>
    Array.isArray(value)
      ? value.flatMap(names)
      : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...names(inner)])
      : [];
  fc.assert(fc.property(json, (object) => {
    for (const parse of [parseDetails, parseUpdate]) {
      try {
        const parsed = parse(JSON.stringify(object));
        const inner = parse === parseDetails ? [parsed] : Object.values(parsed);
        const dots = parse === parseDetails ? /^\$|\./ : /^\$/;
        assert(inner.flatMap(names).every((found) => !dots.test(found)));
      } catch (error) {
        assert(error instanceof SyntaxError, `${error}`);
      }
    }
  }));
});
