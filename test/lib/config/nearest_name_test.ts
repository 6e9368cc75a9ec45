import { assertEquals } from "@std/assert";
import { nearestName } from "../../../lib/config/nearest_name.ts";

Deno.test("nearestName() finds a name with a slip", () => {
  const known = ["JM_REDIS_SERVER", "JM_REDIS_PORT", "JM_CHIRP_SERVER"];
  assertEquals(nearestName("JM_REDIS_SREVER", known), "JM_REDIS_SERVER");
  assertEquals(nearestName("jm_redis_port", known), "JM_REDIS_PORT");
  assertEquals(nearestName("JM_REDISPORT", known), "JM_REDIS_PORT");
});

Deno.test("nearestName() finds nothing near", () => {
  assertEquals(nearestName("COLOUR", ["JM_REDIS_SERVER"]), undefined);
  assertEquals(nearestName("", ["A"]), undefined);
});
