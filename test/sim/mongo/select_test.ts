/** Look-ups through indexes against looking at everything. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Document } from "bson";
import fc from "fast-check";
import { Query } from "mingo";
import { encodeDocument } from "../../../sim/mongo/documents/codec.ts";
import { MongoFailure } from "../../../sim/mongo/failure.ts";
import { DEFAULT_LIMITS } from "../../../sim/mongo/limits.ts";
import { Filter } from "../../../sim/mongo/query/filter.ts";
import { MINGO } from "../../../sim/mongo/query/mingo_options.ts";
import { candidates, select } from "../../../sim/mongo/query/select.ts";
import { Catalogue } from "../../../sim/mongo/store/catalogue.ts";
import type { Collection } from "../../../sim/mongo/store/collection.ts";
import { parseIndexSpec } from "../../../sim/mongo/store/index_spec.ts";

function emptyCollection(): Collection {
  return new Catalogue(DEFAULT_LIMITS).findOrCreate("copilot", "rows");
}

function insert(collection: Collection, value: Document): void {
  collection.insert({ value, bytes: encodeDocument(value) });
}

const scalar = fc.constantFrom<unknown>(null, 0, 1, "a", "b", true);
const inner = fc.record({ b: scalar, c: scalar }, { requiredKeys: [], noNullPrototype: true });
const field = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  inner,
  fc.array(inner, { maxLength: 2 }),
);
const document = fc.record({ a: field, k: scalar }, { requiredKeys: [], noNullPrototype: true });
const condition = fc.oneof(
  field,
  fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 })
    .map(($in) => ({ $in })),
  scalar.map(($eq) => ({ $eq })),
  scalar.map(($ne) => ({ $ne })),
);
const filter = fc.tuple(
  fc.dictionary(fc.constantFrom("a", "a.b", "k", "a.0"), condition, { noNullPrototype: true }),
  fc.option(condition.map((odd) => ({ "a.c": odd }))),
).map(([fields, and]) => and === null ? fields : { ...fields, $and: [and] });

const INDEXES = [
  { name: "a", key: { a: 1 } },
  { name: "ab", key: { "a.b": 1 } },
  { name: "ac", key: { "a.c": 1 }, sparse: true },
  { name: "k", key: { k: "hashed" } },
  { name: "ka", key: { k: 1, a: -1 } },
  { name: "place", key: { place: "2dsphere" } },
].map(parseIndexSpec);

Deno.test("a query finds the same with indexes as without, whatever has changed", () => {
  const property = fc.property(
    fc.array(document, { maxLength: 12 }),
    fc.array(fc.tuple(fc.nat({ max: 11 }), fc.option(document)), { maxLength: 6 }),
    fc.array(filter, { minLength: 1, maxLength: 4 }),
    (documents, changes, filters) => {
      const [plain, indexed] = [emptyCollection(), emptyCollection()];
      for (const spec of INDEXES.slice(0, 3)) indexed.addIndex(spec);
      for (const [_id, fields] of documents.entries()) {
        for (const collection of [plain, indexed]) insert(collection, { _id, ...fields });
      }
      for (const spec of INDEXES.slice(3)) indexed.addIndex(spec);
      for (const [_id, fields] of changes) {
        for (const collection of [plain, indexed]) {
          const old = collection.byId(`n${_id}`);
          const value = { _id, ...fields };
          if (old === undefined) continue;
          if (fields === null) collection.remove(old);
          else collection.replace(old, { value, bytes: encodeDocument(value) });
        }
      }
      for (const source of filters) {
        const query = new Filter(source);
        const ids = (collection: Collection) =>
          [...select(collection, query)].map(({ idKey }) => idKey);
        assertEquals(ids(indexed), ids(plain), JSON.stringify(source));
      }
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

Deno.test("equalities with scalars mean the same to keys as to mingo", () => {
  const equality = fc.oneof(
    scalar,
    scalar.map(($eq) => ({ $eq })),
    fc.array(scalar, { maxLength: 3 }).map(($in) => ({ $in })),
  );
  const paths = fc.constantFrom("a", "a.b", "k", "a.0", "a.c");
  const equalities = fc.dictionary(paths, equality, { noNullPrototype: true });
  fc.assert(
    fc.property(equalities, document, (source, fields) => {
      const byKeys = new Filter(source).matches(fields);
      assertEquals(byKeys, new Query(source, MINGO).test(fields));
    }),
    { numRuns: 5000 },
  );
});

Deno.test("an equality looks at the documents that an index names, and at no others", () => {
  const collection = emptyCollection();
  collection.addIndex(parseIndexSpec({ name: "uuid", key: { "agent.uuid": 1 } }));
  collection.addIndex(parseIndexSpec({ name: "pair", key: { connected: 1, user: 1 } }));
  for (let _id = 0; _id < 1000; _id++) {
    insert(collection, {
      _id,
      agent: { uuid: `u${_id}` },
      connected: _id % 2 === 0,
      user: _id % 10,
    });
  }
  const looked = (source: Document) => [...candidates(collection, new Filter(source))].length;
  assertEquals(looked({ _id: 7 }), 1);
  assertEquals(looked({ _id: { $in: [7, 8, 5000] } }), 2);
  assertEquals(looked({ "agent.uuid": "u7", connected: true }), 1);
  assertEquals(looked({ $and: [{ "agent.uuid": { $eq: "u7" } }] }), 1);
  assertEquals(looked({ connected: true, user: { $in: [2, 4] } }), 200);
  assertEquals(looked({ connected: true }), 1000);
  assertEquals(looked({ "agent.uuid": /u7/ }), 1000);
});

Deno.test("a sparse unique index lets many go without, a partial one binds only its part", () => {
  const collection = emptyCollection();
  const sparse = { name: "s", key: { s: 1 }, unique: true, sparse: true };
  const partialFilterExpression = { connected: true };
  const partial = { name: "p", key: { p: 1 }, unique: true, partialFilterExpression };
  for (const given of [sparse, partial]) collection.addIndex(parseIndexSpec(given));
  insert(collection, { _id: 1, p: 1, connected: true });
  insert(collection, { _id: 2, p: 1, connected: false });
  insert(collection, { _id: 3, s: 1 });
  for (const odd of [{ p: 1, connected: true }, { s: 1 }]) {
    assertThrows(() => insert(collection, { _id: 4, ...odd }), MongoFailure, "E11000");
  }
  assertEquals(collection.size, 3);
});

Deno.test("no index takes two lists at once", () => {
  const collection = emptyCollection();
  collection.addIndex(parseIndexSpec({ name: "ab", key: { a: 1, b: 1 } }));
  insert(collection, { _id: 1, a: [1, 2], b: 3 });
  assertThrows(
    () => insert(collection, { _id: 2, a: [1, 2], b: [3, 4] }),
    MongoFailure,
    "parallel",
  );
  assert(collection.byId("n2") === undefined);
});
