/** A box that was made once, opened by nothing but its description and the Web Cryptography API. */
import { assertEquals } from "@std/assert";
import { sealBox } from "../../../lib/secure/sealed_box.ts";
import { senderKey } from "../../../lib/secure/sealed_key.ts";
import { importX25519PrivateKey } from "../../../lib/secure/x25519.ts";

interface SealedVector {
  readonly sender_private_hex: string;
  readonly receiver_private_hex: string;
  readonly ephemeral_private_hex: string;
  readonly nonce_hex: string;
  readonly sequence: number;
  readonly stamp_ms: number;
  readonly from: string;
  readonly to: string;
  readonly id: string;
  readonly plaintext: string;
  readonly box: string;
}

const vector: SealedVector = JSON.parse(Deno.readTextFileSync(
  new URL("../../../fixtures/secure/sealed_box.json", import.meta.url),
));
const bytesOf = (hex: string) => Uint8Array.fromHex(hex);
const utf8 = (text: string) => new TextEncoder().encode(text);
const join = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(parts.flatMap((part) => [...part]));

/** A text behind its length in four bytes. */
function counted(text: string): Uint8Array {
  const bytes = utf8(text);
  return join(new Uint8Array([0, 0, 0, bytes.length]), bytes);
}

async function webAgree(privateHex: string, publicBytes: Uint8Array<ArrayBuffer>) {
  const pkcs8 = join(bytesOf("302e020100300506032b656e04220420"), bytesOf(privateHex));
  const own = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  const peer = await crypto.subtle.importKey("raw", publicBytes, "X25519", true, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: peer }, own, 256));
}

Deno.test("sealBox() still makes the box that was made once", () => {
  const [sender, receiver, ephemeral] = [
    vector.sender_private_hex,
    vector.receiver_private_hex,
    vector.ephemeral_private_hex,
  ].map((hex) => importX25519PrivateKey(bytesOf(hex)));
  if (!sender || !receiver || !ephemeral) throw new Error("No keys");
  const header = {
    senderKeyId: sender.publicKey.id,
    receiverKeyId: receiver.publicKey.id,
    ephemeral: ephemeral.publicKey.bytes,
    sequence: vector.sequence,
    stampMs: vector.stamp_ms,
    nonce: bytesOf(vector.nonce_hex),
  };
  const key = senderKey(sender, ephemeral, receiver.publicKey);
  assertEquals(sealBox(utf8(vector.plaintext), header, vector, key), vector.box);
});

Deno.test("the box opens as it is described, without any code of ours", async () => {
  const publicOf = (hex: string) => importX25519PrivateKey(bytesOf(hex)).publicKey.bytes;
  const sender = join(publicOf(vector.sender_private_hex));
  const receiver = join(publicOf(vector.receiver_private_hex));
  const box = Uint8Array.fromBase64(vector.box.slice(2), {
    alphabet: "base64url",
    lastChunkHandling: "loose",
  });
  const header = box.slice(0, 72);
  const ephemeral = box.slice(16, 48);
  const secret = join(
    await webAgree(vector.receiver_private_hex, ephemeral),
    await webAgree(vector.receiver_private_hex, sender),
  );
  const master = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: utf8("copilot-sealed-1"),
      info: join(sender, receiver, ephemeral),
    },
    master,
    { name: "AES-GCM", length: 256 },
    false,
    ["decrypt"],
  );
  const additionalData = join(
    utf8("copilot-sealed-1"),
    header,
    counted(vector.from),
    counted(vector.to),
    counted(vector.id),
  );
  const plaintext = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: box.slice(60, 72), additionalData },
    key,
    box.slice(72),
  );
  assertEquals(new TextDecoder().decode(plaintext), vector.plaintext);
});
