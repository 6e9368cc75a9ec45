import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Info } from "../../../lib/protocol/info.ts";
import { decodeInfo } from "../../../lib/protocol/info.ts";
import { childNamed, serializeXml, xml } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../../lib/random.ts";
import { encodeMimeBase64 } from "../../../lib/secure/mime_base64.ts";
import { encryptSession } from "../../../lib/secure/session_cipher.ts";
import {
  decodeSessionBody,
  decryptInfo,
  encodeSessionBody,
  encryptInfo,
} from "../../../lib/secure/session_envelope.ts";
import { unwrapSessionKey } from "../../../lib/secure/session_key.ts";
import { messagesOf } from "../../traces.ts";
import { assertRefused, decryptedTrace, privateKeyOf, replay, vectors } from "./_vectors.ts";

const KEY = new Uint8Array(32).fill(9);
const encoder = new TextEncoder();

/** Encrypts any text as if it were an info. */
function encryptText(text: string): string {
  const armoured = encoder.encode(encodeMimeBase64(encoder.encode(text)));
  return encodeMimeBase64(encryptSession(armoured, KEY, seededRandom(1)));
}

/** Info from the nested hash of a vector. */
function infoOf(hash: Record<string, unknown>): Info {
  const attributes: Record<string, string> = {};
  const children: Record<string, Info> = {};
  for (const [name, value] of Object.entries(hash)) {
    if (typeof value === "string") attributes[name] = value;
    else children[name] = infoOf(value as Record<string, unknown>);
  }
  return { attributes, children };
}

/** Without the prototype that tells objects of a parser from literals. */
function plain(info: Info): unknown {
  return JSON.parse(JSON.stringify(info));
}

Deno.test("a body of the original is understood", () => {
  for (const vector of vectors.message_vectors) {
    const body = decodeSessionBody(parseXml(vector.body_xml));
    assertEquals(body?.sessionKey, vector.body_attribute_session_key_value);
    assertEquals(body?.info, vector.body_attribute_info_value);
    const info = decryptInfo(body?.info ?? "", Uint8Array.fromHex(vector.session_key_hex));
    assertEquals(plain(info), plain(infoOf(vector.info_hash)), vector.name);
  }
});

Deno.test("a body is written in the original's bytes from the original's salt", () => {
  for (const vector of vectors.message_vectors) {
    const salt = Uint8Array.fromHex(vector.aes_ciphertext_hex).slice(8, 16);
    const info = encryptInfo(
      decodeInfo(parseXml(vector.info_xml)),
      Uint8Array.fromHex(vector.session_key_hex),
      replay(salt),
    );
    assertEquals(info, vector.body_attribute_info_value, vector.name);
    const written = serializeXml(
      encodeSessionBody({ info, sessionKey: vector.body_attribute_session_key_value }),
    );
    // The original writes attributes in random order.
    const attributes = (text: string) => text.match(/\w+='[^']*'/g)?.sort();
    assertEquals(attributes(written), attributes(vector.body_xml), vector.name);
  }
});

Deno.test("a recorded job of the original is decrypted message by message", () => {
  const sent = messagesOf("secure-mode-patched.jsonl").filter(({ line, stanza }) =>
    line.dir === "c2s" && childNamed(stanza, "body") !== undefined
  );
  assertEquals(sent.length, decryptedTrace.length);
  for (const [index, { line, stanza }] of sent.entries()) {
    const expected = decryptedTrace[index];
    if (expected === undefined) throw new Error("Cannot find the decrypted message");
    assertEquals([line.t, line.conn, stanza.attrs["to"]], [expected.t, expected.conn, expected.to]);
    const body = decodeSessionBody(childNamed(stanza, "body") ?? xml("none"));
    assertEquals(body?.sessionKey !== undefined, expected.has_session_key);
    const info = decryptInfo(body?.info ?? "", Uint8Array.fromHex(expected.session_key_hex));
    assertEquals(info, decodeInfo(parseXml(expected.info_xml)));
  }
});

Deno.test("the recorded session key opens with the key manager's key", () => {
  const own = privateKeyOf(vectors.ticket.km_private_key_pkcs1_der_base64);
  const request = messagesOf("secure-mode-patched.jsonl").find(({ line, stanza }) =>
    line.conn === "km" && line.dir === "s2c" && childNamed(stanza, "body") !== undefined
  );
  const body = decodeSessionBody(childNamed(request?.stanza ?? xml("none"), "body") ?? xml("none"));
  const sessionKey = unwrapSessionKey(body?.sessionKey ?? "", own);
  assertEquals(sessionKey.toHex(), decryptedTrace[0]?.session_key_hex);
  assertEquals(decryptInfo(body?.info ?? "", sessionKey).attributes["command"], "getTicket");
});

Deno.test("what the server passed on of a recorded job is decrypted as well", () => {
  const [first] = decryptedTrace;
  const sessionKey = Uint8Array.fromHex(first?.session_key_hex ?? "");
  for (const { line, stanza } of messagesOf("secure-mode-patched.jsonl")) {
    const body = childNamed(stanza, "body");
    if (line.dir === "c2s" || body === undefined) continue;
    const encrypted = decodeSessionBody(body)?.info ?? "";
    assertEquals(typeof decryptInfo(encrypted, sessionKey).attributes["command"], "string");
  }
});

Deno.test("decryptInfo() undoes encryptInfo()", () => {
  const name = fc.stringMatching(/^[A-Za-z][\w.-]{0,10}$/);
  const attributes = fc.dictionary(name, fc.string({ unit: "grapheme" }), { maxKeys: 5 });
  const leaf = attributes.map((given) => ({ attributes: given, children: {} }));
  const info = fc.record({ attributes, children: fc.dictionary(name, leaf, { maxKeys: 3 }) });
  fc.assert(fc.property(info, fc.integer(), (given, seed) => {
    const encrypted = encryptInfo(given, KEY, seededRandom(seed));
    assertEquals(plain(decryptInfo(encrypted, KEY)), plain(given));
  }));
});

Deno.test("decryptInfo() tells all that is wrong in the same words", () => {
  const cases = [
    "",
    "###",
    "AAAA",
    encryptText(""),
    encryptText("text"),
    encryptText("<info"),
    encryptText("<body/>"),
    encryptText("<info/><info/>"),
    encryptText("<!DOCTYPE x [<!ENTITY a 'b'>]><info k='&a;'/>"),
    encryptText(`${"<info>".repeat(100)}${"</info>".repeat(100)}`),
    encodeMimeBase64(encryptSession(encoder.encode("<info/>"), KEY, seededRandom(1))),
    encodeMimeBase64(encryptSession(new Uint8Array([255, 254]), KEY, seededRandom(1))),
  ];
  for (const encrypted of cases) {
    assertRefused(() => decryptInfo(encrypted, KEY), "bad-message");
  }
  assertRefused(() => decryptInfo("A".repeat(3 << 20), KEY), "too-large");
});

Deno.test("decryptInfo() gives a command or refuses, however a message was changed", () => {
  const info = { attributes: { command: "want_getJob", jdl: "[\n]" }, children: {} };
  const encrypted = encryptInfo(info, KEY, seededRandom(4));
  fc.assert(fc.property(fc.nat(encrypted.length - 1), fc.string(), (at, text) => {
    const changed = encrypted.slice(0, at) + text + encrypted.slice(at + 1);
    try {
      decryptInfo(changed, KEY);
    } catch {
      assertRefused(() => decryptInfo(changed, KEY), "bad-message");
    }
  }));
});

Deno.test("decodeSessionBody() leaves plain bodies alone", () => {
  const resent = xml("body", { info: "HASH(0x1)" }, xml("info", { command: "getJob" }));
  assertEquals(decodeSessionBody(resent), undefined);
  assertEquals(decodeSessionBody(xml("body", {}, "text")), undefined);
  assertEquals(decodeSessionBody(xml("body", { session_key: "x" })), undefined);
});
