import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { sign } from "node:crypto";
import { parseRsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { encodeMimeBase64 } from "../../../lib/secure/mime_base64.ts";
import { issueTicket, readTicket, verifyTicket } from "../../../lib/secure/ticket.ts";
import { assertRefused, decryptedTrace, privateKeyOf, vectors } from "./_vectors.ts";
import { decodeInfo } from "../../../lib/protocol/info.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";

const recorded = vectors.ticket;
const own = privateKeyOf(recorded.km_private_key_pkcs1_der_base64);
const keyManager = parseRsaPublicKey(recorded.km_public_key_pem);
const [component = "", from = "", to = "", holder = ""] = recorded.ticket_plain.split("###");
const ticket = { component, validFrom: Number(from), validTo: Number(to), holder };
const nowMs = (ticket.validFrom + 60) * 1000;

/** Signs anything as if it were a ticket. */
function signed(plain: string): string {
  const text = encodeMimeBase64(new TextEncoder().encode(plain));
  const signature = sign("sha1", new TextEncoder().encode(text), own.keyObject);
  return `${encodeMimeBase64(signature)}###${text}`;
}

Deno.test("issueTicket() makes the original's bytes", () => {
  assertEquals(issueTicket(ticket, own), recorded.ticket_value);
});

Deno.test("verifyTicket() takes the original's ticket", () => {
  assertEquals(verifyTicket(recorded.ticket_value, { keyManager, nowMs }), ticket);
});

Deno.test("readTicket() takes what a recorded key manager gave out", () => {
  const given = decryptedTrace.map(({ info_xml }) => decodeInfo(parseXml(info_xml)))
    .find(({ attributes }) => attributes["command"] === "storeTicket");
  assertEquals(readTicket(given?.attributes["ticket"] ?? "", keyManager), {
    component: "*",
    validFrom: 1_795_343_303,
    validTo: 1_795_429_703,
    holder: "agent@copilot.test/07d1837fbf486e4531b73dbe9fe2e4c0",
  });
});

Deno.test("verifyTicket() keeps to the second what a ticket says of time", () => {
  const at = (seconds: number) => () =>
    verifyTicket(recorded.ticket_value, { keyManager, nowMs: seconds * 1000 });
  assertRefused(at(ticket.validFrom - 1), "ticket-not-yet-valid");
  assertEquals(at(ticket.validFrom)(), ticket);
  assertEquals(at(ticket.validTo)(), ticket);
  assertRefused(at(ticket.validTo + 1), "ticket-expired");
});

Deno.test("verifyTicket() wants the holder's account when it is told who shows it", () => {
  const shownBy = (jid: string) => () =>
    verifyTicket(recorded.ticket_value, { keyManager, nowMs, shownBy: jid });
  assertEquals(shownBy("agent@copilot.test/another-resource")(), ticket);
  assertEquals(shownBy("Agent@Copilot.test")(), ticket);
  for (const jid of ["thief@copilot.test/1", "agent@copilot.test.example.org", "", "@"]) {
    assertRefused(shownBy(jid), "ticket-of-another-holder");
  }
});

Deno.test("verifyTicket() refuses a ticket for one component", () => {
  const text = issueTicket({ ...ticket, component: "jm@copilot.test" }, own);
  assertRefused(() => verifyTicket(text, { keyManager, nowMs }), "ticket-for-another-component");
});

Deno.test("verifyTicket() keeps a separator in the holder's resource", () => {
  const odd = { ...ticket, holder: "agent@copilot.test/a###9999999999###b" };
  assertEquals(verifyTicket(issueTicket(odd, own), { keyManager, nowMs }), odd);
});

Deno.test("verifyTicket() refuses what is signed but is no ticket", () => {
  const cases = [
    "",
    "*",
    "*###1",
    "*###-1###2###agent@site",
    "*###1e3###2000000000###agent@site",
    "*###1### 2###agent@site",
    "*###NaN###Infinity###agent@site",
    `*###1###${"9".repeat(400)}###agent@site`,
  ];
  for (const plain of cases) {
    assertRefused(() => verifyTicket(signed(plain), { keyManager, nowMs }), "bad-ticket");
  }
});

Deno.test("verifyTicket() refuses what is not signed", () => {
  const [signature = "", text = ""] = recorded.ticket_value.split("###");
  const other = privateKeyOf(vectors.message_vectors[0]?.private_key_pkcs1_der_base64 ?? "");
  const cases = [
    "",
    "No ticket",
    "###",
    text,
    signature,
    `###${text}`,
    `${signature}###`,
    `${text}###${signature}`,
    `${recorded.ticket_value}###`,
    `${recorded.ticket_value}\n`,
    // The newlines are signed too.
    `${signature}###${text.replaceAll("\n", "")}`,
    `${encodeMimeBase64(new Uint8Array(128))}###${text}`,
    `${encodeMimeBase64(new Uint8Array(4096))}###${text}`,
    issueTicket(ticket, other),
    "A".repeat(1 << 20),
    "###".repeat(1 << 18),
  ];
  for (const given of cases) {
    assertRefused(() => verifyTicket(given, { keyManager, nowMs }), "bad-ticket");
  }
});

Deno.test("verifyTicket() refuses every ticket of which a character was changed", () => {
  const given = recorded.ticket_value;
  const character = fc.string({ minLength: 1, maxLength: 1 });
  fc.assert(fc.property(fc.nat(given.length - 1), character, (at, other) => {
    // White space and unused bits mean nothing in the signature's base64.
    fc.pre(/[A-Za-z0-9+/]/.test(given[at] ?? "") && /\S/.test(other) && given[at] !== other);
    fc.pre(given[at + 1] !== "=");
    const changed = given.slice(0, at) + other + given.slice(at + 1);
    assertRefused(() => verifyTicket(changed, { keyManager, nowMs }), "bad-ticket");
  }));
});

Deno.test("verifyTicket() refuses every ticket that was cut", () => {
  for (let length = 0; length < recorded.ticket_value.length; length++) {
    const cut = recorded.ticket_value.slice(0, length);
    assertRefused(() => verifyTicket(cut, { keyManager, nowMs }), "bad-ticket");
  }
});
