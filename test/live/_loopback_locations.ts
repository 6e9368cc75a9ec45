/**
 * A file of places in the MMDB format that knows the loopback addresses, for servers on this machine.
 *
 * @module
 */

/** Where this machine is said to be: longitude and latitude. */
export const LOOPBACK_PLACE = [6.1, 46.2] as const;

/** A value of the data section: a string, a 16-bit number, a double, or a map of these. */
type Value = string | number | { readonly double: number } | { readonly [key: string]: Value };

/** `127.0.0.0/8`: its first byte is the whole way through the tree. */
const NETWORK = 127;
const DEPTH = 8;
/** Zeros between the tree and the data. */
const GAP = 16;

function encode(value: Value): number[] {
  if (typeof value === "string") {
    return [0x40 + value.length, ...new TextEncoder().encode(value)];
  }
  if (typeof value === "number") return [0xa2, value >> 8, value & 0xff];
  if (isDouble(value)) {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat64(0, value.double);
    return [0x68, ...new Uint8Array(bytes.buffer)];
  }
  const entries = Object.entries(value);
  return [0xe0 + entries.length, ...entries.flat().flatMap(encode)];
}

function isDouble(value: Value): value is { readonly double: number } {
  return typeof value === "object" && typeof value["double"] === "number";
}

/** Two records of 24 bits a node: on towards the network, or out to nowhere. */
function tree(): number[] {
  return Array.from({ length: DEPTH }, (_, node) => {
    const on = node === DEPTH - 1 ? DEPTH + GAP : node + 1;
    const bit = (NETWORK >> (DEPTH - 1 - node)) & 1;
    const records = bit === 0 ? [on, DEPTH] : [DEPTH, on];
    return records.flatMap((record) => [0, 0, record]);
  }).flat();
}

/** The bytes of the file. */
export function loopbackLocations(): Uint8Array {
  const [longitude, latitude] = LOOPBACK_PLACE;
  return new Uint8Array([
    ...tree(),
    ...new Uint8Array(GAP),
    ...encode({ location: { longitude: { double: longitude }, latitude: { double: latitude } } }),
    ...[0xab, 0xcd, 0xef],
    ...new TextEncoder().encode("MaxMind.com"),
    ...encode({
      node_count: DEPTH,
      record_size: 24,
      ip_version: 4,
      database_type: "GeoLite2-City",
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: 1,
    }),
  ]);
}
