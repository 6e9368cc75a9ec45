import { assertEquals } from "@std/assert";
import { RecentMap } from "../../../lib/secure/recent_map.ts";

Deno.test("RecentMap forgets what was used least recently", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  assertEquals(map.get("a"), 1);
  map.set("c", 3);
  assertEquals([map.get("a"), map.get("b"), map.get("c"), map.size], [1, undefined, 3, 2]);
  map.set("a", 4);
  map.set("d", 5);
  assertEquals([map.get("a"), map.get("c"), map.get("d")], [4, undefined, 5]);
});
