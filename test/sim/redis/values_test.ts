import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { matchGlob } from "../../../sim/redis/glob.ts";
import { formatDouble } from "../../../sim/redis/numbers.ts";
import { Deque } from "../../../sim/redis/values/deque.ts";
import { FieldMap } from "../../../sim/redis/values/field_map.ts";
import { MemberSet } from "../../../sim/redis/values/member_set.ts";
import { SortedSet } from "../../../sim/redis/values/sorted_set.ts";

const item = fc.string({ maxLength: 2 });

Deno.test("Deque does what an array does", () => {
  const step = fc.tuple(
    fc.constantFrom("pushHead", "pushTail", "popHead", "popTail", "removeAt", "insertAt"),
    item,
    fc.nat(),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const deque = new Deque();
    const model: string[] = [];
    for (const [action, value, place] of steps) {
      const index = place % Math.max(1, model.length);
      if (action === "pushHead") (deque.pushHead(value), model.unshift(value));
      else if (action === "pushTail") (deque.pushTail(value), model.push(value));
      else if (action === "popHead") assertEquals(deque.popHead(), model.shift());
      else if (action === "popTail") assertEquals(deque.popTail(), model.pop());
      else if (action === "insertAt") (deque.insertAt(index, value), model.splice(index, 0, value));
      else if (model.length > 0) (deque.removeAt(index), model.splice(index, 1));
      assertEquals(deque.slice(), model);
    }
  }));
});

Deno.test("FieldMap does what a Map does, small or large", () => {
  const field = fc.nat(60).map((number) => `f${number}`);
  const step = fc.tuple(fc.integer({ min: 0, max: 4 }), field, item);
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const hash = new FieldMap();
    const model = new Map<string, string>();
    for (const [action, field, value] of steps) {
      if (action > 0) (hash.set(field, value), model.set(field, value));
      else assertEquals(hash.delete(field), model.delete(field));
      assertEquals([hash.size, hash.has(field)], [model.size, model.has(field)]);
    }
    const items: string[] = [];
    hash.pushAll(items);
    for (const like of [hash, new FieldMap(hash)]) {
      assertEquals([...like], [...model]);
      assertEquals([...like.keys()], [...model.keys()]);
      assertEquals([...like.values()], [...model.values()]);
    }
    assertEquals(items, [...model].flat());
    for (const [field, value] of model) assertEquals(hash.get(field), value);
  }));
});

Deno.test("MemberSet keeps each member once and picks only members", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), item)), fc.nat(99), (steps, percent) => {
    const set = new MemberSet();
    const model = new Set<string>();
    for (const [isAdding, member] of steps) {
      if (isAdding) assertEquals(set.add(member), !model.has(member));
      if (isAdding) model.add(member);
      else assertEquals(set.delete(member), model.delete(member));
    }
    assertEquals([...set].sort(), [...model].sort());
    const picked = set.pick(percent / 100);
    assertEquals(picked === undefined ? model.size === 0 : model.has(picked), true);
  }));
});

Deno.test("SortedSet keeps the order of scores, then of bytes", () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 3 }), item, fc.integer({ min: -5, max: 5 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const set = new SortedSet();
    const model = new Map<string, number>();
    for (const [action, member, score] of steps) {
      if (action > 0) (set.set(member, score), model.set(member, score));
      else assertEquals(set.delete(member), model.delete(member));
    }
    const sorted = [...model].map(([member, score]) => ({ member, score }))
      .sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1));
    assertEquals([...set], sorted);
    sorted.forEach(({ member }, rank) => assertEquals(set.rank(member), rank));
    assertEquals(set.slice(1, 4), sorted.slice(1, 4));
  }));
});

Deno.test("SortedSet splits and drops its chunks", () => {
  const set = new SortedSet();
  const count = 5000;
  for (let index = 0; index < count; index++) set.set(`${index}`, (index * 7919) % count);
  assertEquals(
    set.slice(0, count).map(({ score }) => score),
    Array.from({ length: count }, (_, rank) => rank),
  );
  assertEquals(set.rank("1"), 7919 % count);
  for (let index = 0; index < count; index++) assertEquals(set.delete(`${index}`), true);
  assertEquals([...set], []);
});

const GLOBS: readonly (readonly [string, string, boolean])[] = [
  ["*", "", true],
  ["job:*:state", "job:1:state", true],
  ["job:*:state", "job:1:stat", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["[a-c]x", "bx", true],
  ["[^a-c]x", "bx", false],
  ["[c-a]x", "bx", true],
  ["\\*", "*", true],
  ["\\*", "a", false],
  ["**b", "aab", true],
  ["a*b*c", "a1b2b3c", true],
];
for (const [pattern, text, expected] of GLOBS) {
  Deno.test(`matchGlob() of ${pattern} and ${JSON.stringify(text)} is ${expected}`, () => {
    assertEquals(matchGlob(pattern, text), expected);
  });
}

const DOUBLES: readonly (readonly [number, string])[] = [
  [0, "0"],
  [-0, "-0"],
  [3, "3"],
  [0.1, "0.10000000000000001"],
  [1e16, "10000000000000000"],
  [1e17, "1e+17"],
  [1.5e-5, "1.5e-05"],
  [Infinity, "inf"],
  [-Infinity, "-inf"],
];
for (const [value, expected] of DOUBLES) {
  Deno.test(`formatDouble() prints ${value} as ${expected}`, () =>
    assertEquals(formatDouble(value), expected));
}
