/**
 * Places of IP addresses, from a file in the MMDB format (GeoLite2 City, DB-IP City Lite).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type CityResponse, Reader, validate } from "maxmind";
import type { Location } from "./agent_document.ts";

/**
 * Reads a file of places.
 *
 * @param path The file.
 * @returns A function that finds the place of an address, where the file has it.
 * @throws When the file cannot be read, or is none of that format.
 */
export async function openLocations(
  path: string,
): Promise<(address: string) => Location | undefined> {
  const reader = new Reader<CityResponse>(Buffer.from(await Deno.readFile(path)));
  return (address) => {
    if (!validate(address)) return undefined;
    const { longitude, latitude } = reader.get(address)?.location ?? {};
    return longitude === undefined || latitude === undefined ? undefined : [longitude, latitude];
  };
}
