import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openLocations } from "../../../roles/presence/locations.ts";

/** Addresses that are reserved for documentation, some with places. */
const FILE = fromFileUrl(
  new URL("../../../fixtures/locations/documentation.mmdb", import.meta.url),
);

Deno.test("openLocations() finds the place of an address, longitude first", async () => {
  const locate = await openLocations(FILE);
  assertEquals(locate("192.0.2.7"), [6.1, 46.2]);
  assertEquals(locate("2001:db8::7"), [151.2, -33.9]);
});

Deno.test("openLocations() knows nothing of other addresses, nor of what is none", async () => {
  const locate = await openLocations(FILE);
  for (const address of ["203.0.113.1", "198.51.100.1", "127.0.0.1", "", "agent-1", "1.2.3"]) {
    assertEquals(locate(address), undefined, address);
  }
});

Deno.test("openLocations() refuses a file of another kind", async () => {
  await assertRejects(() => openLocations(fromFileUrl(import.meta.url)), Error);
});
