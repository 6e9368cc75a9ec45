import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatKeyFile, parseKeyFile } from "../../../lib/secure/key_file.ts";
import {
  generateRsaKey,
  parseRsaPrivateKey,
  parseRsaPublicKey,
} from "../../../lib/secure/rsa_key.ts";
import { assertRefused, privateKeyOf, vectors } from "./_vectors.ts";

const [first, second] = [vectors.message_vectors[0], vectors.message_vectors[2]]
  .map((vector) => parseRsaPublicKey(vector?.public_key_pem ?? ""));
if (first === undefined || second === undefined) throw new Error("Cannot find two vectors");
/** A number in hexadecimal digits. */
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
const FILE = Deno.readTextFileSync(
  new URL("../../../fixtures/secure/public_keys.txt", import.meta.url),
);

Deno.test("parseKeyFile() reads a file in the original's form", () => {
  assertEquals(parseKeyFile(FILE).map(({ jid, key }) => [jid, key.bits]), [
    ["km@copilot.test", 1024],
    ["jm@copilot.test", 2048],
    ["jm@copilot.test/alpha", 2048],
  ]);
});

Deno.test("formatKeyFile() writes what parseKeyFile() reads", () => {
  const entries = [
    { jid: "km@site.org", key: first },
    { jid: "jm@site.org/Alpha", key: second },
    { jid: "km@site.org", key: second },
  ];
  const text = formatKeyFile(entries);
  assertEquals(parseKeyFile(text).map(({ jid, key }) => [jid, key.pem]), [
    ["km@site.org", first.pem],
    ["jm@site.org/Alpha", second.pem],
    ["km@site.org", second.pem],
  ]);
  assertEquals(parseKeyFile(text.replaceAll("\n", "\r\n")).length, 3);
  assertEquals(parseKeyFile(text + text).length, 6);
});

Deno.test("parseKeyFile() skips what the original skips", () => {
  assertEquals(parseKeyFile(""), []);
  const text = `Keys of the site\n\n# of km@site.org\n${first.pem}\n km@Site.org \n${first.pem}`;
  assertEquals(parseKeyFile(text).map(({ jid }) => jid), ["km@site.org"]);
});

Deno.test("parseKeyFile() refuses what the original would hang or die on", () => {
  const block = first.pem;
  const cases = [
    "km@site.org",
    `km@site.org\n${block.slice(0, -30)}`,
    `km@site.org\n${block.replace("MIG", "MII")}`,
    `km@site.org\n${block.replace("RSA PUBLIC KEY", "PUBLIC KEY")}`,
    `km@site.org\njm@site.org\n${block}`,
    `km@\n${block}`,
    `km@site.org ssh-rsa\u0001\n${block}`,
    `km@site.org\n${"\n".repeat(1000)}${block}`,
  ];
  for (const text of cases) assertRefused(() => parseKeyFile(text), "bad-key");
  assertRefused(() => parseKeyFile("x".repeat((8 << 20) + 1)), "too-large");
});

Deno.test("parseKeyFile() refuses more entries than anyone has", () => {
  const text = formatKeyFile([{ jid: "a@b", key: first }]).repeat(10_001);
  assertRefused(() => parseKeyFile(text), "too-large");
});

Deno.test("parseKeyFile() gives entries or refuses, however a file was changed", () => {
  fc.assert(fc.property(fc.nat(FILE.length), fc.nat(200), fc.string(), (start, length, text) => {
    const changed = FILE.slice(0, start) + text + FILE.slice(start + length);
    try {
      parseKeyFile(changed);
    } catch {
      assertRefused(() => parseKeyFile(changed), "bad-key");
    }
  }));
});

Deno.test("parseRsaPublicKey() refuses keys that are weak, strange or none", () => {
  const pem = (hex: string) =>
    `-----BEGIN RSA PUBLIC KEY-----\n${
      Uint8Array.fromHex(hex).toBase64()
    }\n-----END RSA PUBLIC KEY-----\n`;
  const length = (bytes: number) =>
    bytes < 128 ? hex(bytes, 2) : bytes < 256 ? `81${hex(bytes, 2)}` : `82${hex(bytes, 4)}`;
  const element = (tag: string, content: string) => tag + length(content.length / 2) + content;
  const modulus = (bytes: number) => element("02", `00c1${"5d".repeat(bytes - 2)}`);
  const key = (modulusHex: string, exponentHex: string) =>
    pem(element("30", modulusHex + exponentHex));
  assertEquals(parseRsaPublicKey(key(modulus(129), "0203010001")).bits, 1024);
  const cases = {
    "512 bits": key(modulus(65), "0203010001"),
    "16,384 bits": key(modulus(2049), "0203010001"),
    "exponent 1": key(modulus(129), "020101"),
    "even exponent": key(modulus(129), "020102"),
    "long exponent": key(modulus(129), "0209010000000000000001"),
    "negative modulus": key(modulus(129).replace("00c1", "c1c1"), "0203010001"),
    "padded modulus": key(element("02", `0000c1${"5d".repeat(127)}`), "0203010001"),
    "no exponent": key(modulus(129), ""),
    "bytes behind": pem(
      `${Uint8Array.fromBase64(first.pem.split("\n").slice(1, -2).join("")).toHex()}00`,
    ),
    "nothing": pem(""),
    "no base64": first.pem.replace("MIG", "MI%"),
    "another block": first.pem.replaceAll("PUBLIC", "PRIVATE"),
    "two blocks": first.pem + first.pem,
    "a long text": " ".repeat(1 << 20) + first.pem,
  };
  for (const [name, text] of Object.entries(cases)) {
    assertRefused(() => {
      parseRsaPublicKey(text);
      throw new Error(`Took ${name}`);
    }, "bad-key");
  }
});

Deno.test("generateRsaKey() makes keys in the original's form", () => {
  const key = generateRsaKey(1024);
  assertEquals(parseRsaPrivateKey(key.pem).publicKey.pem, key.publicKey.pem);
  assertEquals(parseRsaPublicKey(key.publicKey.pem).bits, 1024);
  for (const bits of [0, 512, 1023, 8193, 1024.5, NaN]) {
    assertRefused(() => generateRsaKey(bits), "bad-key");
  }
});

Deno.test("parseRsaPrivateKey() reads what newer tools write and refuses the rest", () => {
  const own = privateKeyOf(vectors.message_vectors[0]?.private_key_pkcs1_der_base64 ?? "");
  const pkcs8 = String(own.keyObject.export({ format: "pem", type: "pkcs8" }));
  assertEquals(parseRsaPrivateKey(pkcs8).pem, own.pem);
  const encrypted = own.pem.replace("-\n", "-\nProc-Type: 4,ENCRYPTED\n\n");
  const cut = own.pem.replace(/\n.*\n/, "\n");
  for (const text of ["", first.pem, encrypted, cut, own.pem.slice(0, -5)]) {
    assertRefused(() => parseRsaPrivateKey(text), "bad-key");
  }
});
