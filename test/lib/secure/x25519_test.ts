import { assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/random.ts";
import {
  agree,
  formatX25519PrivateKey,
  generateX25519Key,
  importX25519PrivateKey,
  importX25519PublicKey,
  parseX25519PrivateKey,
} from "../../../lib/secure/x25519.ts";
import { assertRefused } from "./_vectors.ts";

/** RFC 7748, 5.2: a scalar, a u-coordinate and their product. */
const RFC_VECTORS = [
  {
    scalar: "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    point: "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    product: "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  },
  {
    scalar: "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    point: "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
    product: "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  },
];

/** Points of small order: whatever the own key, the secret would be zero. */
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  // The same with the highest bit set, which is ignored.
  "0000000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

Deno.test("agree() computes what RFC 7748 says", () => {
  for (const { scalar, point, product } of RFC_VECTORS) {
    const secret = agree(
      importX25519PrivateKey(Uint8Array.fromHex(scalar)),
      importX25519PublicKey(Uint8Array.fromHex(point)),
    );
    assertEquals(new Uint8Array(secret).toHex(), product);
  }
});

Deno.test("agree() comes to the same on both sides", () => {
  const random = seededRandom(1);
  const [one, other] = [generateX25519Key(random), generateX25519Key(random)];
  assertEquals(agree(one, other.publicKey), agree(other, one.publicKey));
});

Deno.test("agree() refuses points of small order", () => {
  const own = generateX25519Key(seededRandom(2));
  for (const point of SMALL_ORDER) {
    const other = importX25519PublicKey(Uint8Array.fromHex(point));
    assertRefused(() => agree(own, other), "bad-key");
  }
});

Deno.test("parseX25519PrivateKey() reads what formatX25519PrivateKey() writes", () => {
  const key = generateX25519Key(seededRandom(3));
  const read = parseX25519PrivateKey(formatX25519PrivateKey(key));
  assertEquals(read.publicKey.bytes, key.publicKey.bytes);
  assertEquals(read.publicKey.id, key.publicKey.id);
});

Deno.test("parseX25519PrivateKey() refuses what is no such key", () => {
  const pem = formatX25519PrivateKey(generateX25519Key(seededRandom(4)));
  const block = (bytes: Uint8Array) =>
    `-----BEGIN PRIVATE KEY-----\n${bytes.toBase64()}\n-----END PRIVATE KEY-----\n`;
  const der = Uint8Array.fromBase64(pem.split("\n")[1] ?? "");
  const ed25519 = der.map((byte, index) => index === 11 ? 0x70 : byte);
  const cases = [
    "",
    "x".repeat(1 << 20),
    pem.replaceAll("PRIVATE", "PUBLIC"),
    pem.replace("MC4C", "MC4D"),
    pem.slice(0, -6),
    block(der.subarray(0, -1)),
    block(new Uint8Array([...der, 0])),
    block(ed25519),
    block(new Uint8Array()),
  ];
  for (const text of cases) assertRefused(() => parseX25519PrivateKey(text), "bad-key");
});

Deno.test("keys have 32 bytes", () => {
  for (const length of [0, 31, 33]) {
    assertRefused(() => importX25519PublicKey(new Uint8Array(length)), "bad-key");
    assertRefused(() => importX25519PrivateKey(new Uint8Array(length)), "bad-key");
  }
});
