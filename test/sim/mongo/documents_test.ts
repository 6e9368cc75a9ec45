/** Values, their keys and their order. */
import { assert, assertEquals } from "@std/assert";
import { type Document, Double, Int32, Long, ObjectId, serialize } from "bson";
import fc from "fast-check";
import { decodeDocument, decodeTyped, encodeDocument } from "../../../sim/mongo/documents/codec.ts";
import { compareValues } from "../../../sim/mongo/documents/compare.ts";
import { joinKeys, keyOf } from "../../../sim/mongo/documents/key.ts";
import { encodeAnswerDocument, RawList, withId } from "../../../sim/mongo/documents/raw.ts";
import { retype } from "../../../sim/mongo/query/retype.ts";

/** A value as it may stand in a document. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, 1, NaN, Infinity, "", "a", "é", "\ue000", "😀"),
    fc.integer(),
    fc.double(),
    fc.string({ maxLength: 3 }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 3n }).map((wide) => Long.fromBigInt(wide)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value;

Deno.test("keyOf() is the same for two values just when they compare as equal", () => {
  fc.assert(
    fc.property(value, value, (left, right) => {
      assertEquals(keyOf(left) === keyOf(right), compareValues(left, right) === 0);
      assertEquals(compareValues(left, left), 0);
      assertEquals(
        Math.sign(compareValues(left, right)),
        -Math.sign(compareValues(right, left)) + 0,
      );
    }),
    { numRuns: 3000 },
  );
});

Deno.test("compareValues() puts any three values into one order", () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const [low, middle, high] = [a, b, c].sort(compareValues);
      assert(compareValues(low, middle) <= 0);
      assert(compareValues(middle, high) <= 0);
      assert(compareValues(low, high) <= 0);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("joinKeys() gives two lists one key just when they are the same", () => {
  const keys = fc.array(fc.constantFrom("", ":", "1:", "a", "1:a", "aa"), { maxLength: 3 });
  fc.assert(fc.property(keys, keys, (left, right) => {
    assertEquals(
      joinKeys(left) === joinKeys(right),
      left.length === right.length && left.every((key, index) => key === right[index]),
    );
  }));
});

Deno.test("encodeAnswerDocument() writes raw documents as if they had been written in place", () => {
  const documents = fc.array(
    fc.dictionary(fc.constantFrom("a", "b"), value, { maxKeys: 2, noNullPrototype: true }),
  );
  fc.assert(fc.property(documents, (batch) => {
    const raw = new RawList(batch.map(encodeDocument));
    assertEquals(
      encodeAnswerDocument({ cursor: { firstBatch: raw, id: 1 }, ok: 1 }).toHex(),
      encodeDocument({ cursor: { firstBatch: batch, id: 1 }, ok: 1 }).toHex(),
    );
  }));
});

Deno.test("withId() puts an _id in front of the bytes of a document", () => {
  const bytes = serialize({ a: new Double(1), b: "text" });
  assertEquals(
    withId(5, bytes).toHex(),
    new Uint8Array(serialize({ _id: 5, a: new Double(1), b: "text" })).toHex(),
  );
});

Deno.test("retype() writes any document as it was", () => {
  const number = fc.oneof(
    fc.integer().map((plain) => new Int32(plain)),
    fc.integer().map((plain) => Long.fromNumber(plain)),
    fc.oneof(fc.integer(), fc.double()).map((plain) => new Double(plain)),
  );
  const document = fc.dictionary(
    fc.constantFrom("a", "b", "c"),
    fc.oneof(number, fc.array(number, { maxLength: 3 }), fc.record({ inner: number })),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(document, (typed: Document) => {
      const bytes = encodeDocument(typed);
      const again = encodeDocument(retype(decodeDocument(bytes), decodeTyped(bytes)));
      assertEquals(again.toHex(), bytes.toHex());
    }),
    { numRuns: 1000 },
  );
});

Deno.test("retype() widens a number that its type cannot hold", () => {
  const model = { int: new Int32(1), half: new Int32(1), long: Long.fromNumber(1) };
  const typed = retype({ int: 2 ** 31, half: 0.5, long: 2 ** 40, other: 2 ** 31 }, model);
  assertEquals(typed as unknown, {
    int: Long.fromNumber(2 ** 31),
    half: new Double(0.5),
    long: Long.fromNumber(2 ** 40),
    other: new Double(2 ** 31),
  });
});
