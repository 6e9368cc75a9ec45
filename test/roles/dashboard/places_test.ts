import { assertEquals } from "@std/assert";
import { Places } from "../../../roles/dashboard/places.ts";

Deno.test("Places leaves agents off the map whose place nobody knows, and counts them", () => {
  const places = new Places([
    { id: "a", at: [6.1, 46.2] },
    { id: "b", at: [0, 0] },
    { id: "c", at: [0, 51.5] },
    { id: "d", at: [0, 0] },
  ]);
  assertEquals([places.count, places.unplaced], [2, 2]);
  const drawn = places.dots(0).reduce((sum, { count }) => sum + count, 0);
  assertEquals(drawn, 2);
});
