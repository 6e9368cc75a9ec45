import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Random } from "../../../lib/random.ts";
import { seededRandom } from "../../../lib/random.ts";
import { Accounts } from "../../../sim/xmpp/accounts.ts";
import { saslExchange, type SaslMechanism } from "../../../sim/xmpp/sasl.ts";
import { digestProof, parseDigest } from "../../../sim/xmpp/sasl_digest_md5.ts";
import type { SaslContext, SaslReply } from "../../../sim/xmpp/sasl_exchange.ts";

/** A source that gives the bytes of a hexadecimal text first. */
function scripted(...hex: readonly string[]): Random {
  const queue = hex.map((text) => Uint8Array.fromHex(text));
  return { bytes: (length) => queue.shift() ?? new Uint8Array(length) };
}

function context(options: Partial<SaslContext> & { autoRegister?: boolean } = {}): SaslContext {
  const accounts = new Accounts({
    accounts: new Map([["jm", "fake-jm-pw"], ["user", "pencil"]]),
    autoRegister: options.autoRegister,
    random: seededRandom(1),
  });
  return { accounts, domain: "copilot.test", random: seededRandom(2), ...options };
}

/** What the server answers to one step of PLAIN. */
function plain(said: string, options?: Parameters<typeof context>[0]): SaslReply {
  return saslExchange("PLAIN", context(options)).step(said);
}

Deno.test("saslExchange() checks a PLAIN password", () => {
  assertEquals(plain("\0jm\0fake-jm-pw"), { type: "success", user: "jm" });
  assertEquals(plain("jm@copilot.test\0jm\0fake-jm-pw"), { type: "success", user: "jm" });
  const refused = { type: "failure", condition: "not-authorized" } as const;
  assertEquals(plain("\0jm\0wrong"), refused);
  assertEquals(plain("\0stranger\0fake-jm-pw"), refused);
  assertEquals(plain("user@copilot.test\0jm\0fake-jm-pw"), refused);
  assertEquals(plain("jm"), { type: "failure", condition: "malformed-request" });
});

Deno.test("saslExchange() makes an account at the first PLAIN login, if so set", () => {
  const shared = context({ autoRegister: true });
  const login = (said: string) => saslExchange("PLAIN", shared).step(said).type;
  assertEquals(["\0new\0one", "\0new\0one", "\0new\0two", "\0\0"].map(login), [
    "success",
    "success",
    "failure",
    "failure",
  ]);
});

Deno.test("digestProof() gives both proofs that ejabberd and the original exchanged", () => {
  const said = atob(
    "Y2hhcnNldD11dGYtOCxjbm9uY2U9ImVhMzFmYWFiNzVhOTFjZTY1NWQ0NjUyNTg2ZTNhYjJiIixkaWdlc3QtdXJpPSJ4bXBwL2NvcGlsb3QudGVzdCIsbmM9MDAwMDAwMDEsbm9uY2U9IjU5MDEyMzY0MDgzMTE0Mzk4NDgiLHFvcD1hdXRoLHJlc3BvbnNlPWRjYjFhMDM1MjZhMmExMDYwMmQ0NmQyYTY1NDFlYjdjLHVzZXJuYW1lPSJqbSI=",
  );
  const directives = parseDigest(said);
  assert(directives !== undefined);
  const proof = digestProof(directives, "fake-jm-pw", "AUTHENTICATE");
  assertEquals(proof, directives.get("response"));
  assertEquals(digestProof(directives, "fake-jm-pw", ""), "365fea10f142b8acdc556b9d210eef60");
});

Deno.test("parseDigest() reads quoted and plain values and refuses what is neither", () => {
  assertEquals([...parseDigest(`a=1, B="x\\"y,z" ,c=`) ?? []], [["a", "1"], ["b", `x"y,z`], [
    "c",
    "",
  ]]);
  for (const text of [`a="1`, "a", "a=1,a=2", "=1", "a=1 b", "a=".padEnd(5000, "x")]) {
    assertEquals(parseDigest(text), undefined, text.slice(0, 20));
  }
});

Deno.test("saslExchange() goes through DIGEST-MD5 and refuses what does not fit", () => {
  const response = (change: (directives: Map<string, string>) => void) => {
    const exchange = saslExchange("DIGEST-MD5", context());
    const challenge = exchange.step(undefined);
    assert(challenge.type === "challenge");
    const nonce = parseDigest(challenge.text)?.get("nonce") ?? "";
    const directives = new Map(Object.entries({
      username: "jm",
      nonce,
      cnonce: "c",
      nc: "00000001",
      qop: "auth",
      "digest-uri": "xmpp/copilot.test",
    }));
    directives.set("response", digestProof(directives, "fake-jm-pw", "AUTHENTICATE"));
    change(directives);
    const text = [...directives].map(([name, value]) => `${name}="${value}"`).join(",");
    return { exchange, reply: exchange.step(text) };
  };
  const { exchange, reply } = response(() => {});
  assert(reply.type === "challenge" && reply.text.startsWith("rspauth="));
  assertEquals(exchange.step(""), { type: "success", user: "jm" });
  const refused = (change: (directives: Map<string, string>) => void) => {
    const { reply } = response(change);
    return reply.type === "failure" ? reply.condition : reply.type;
  };
  assertEquals(refused((it) => it.set("response", "0".repeat(32))), "not-authorized");
  assertEquals(refused((it) => it.set("username", "stranger")), "not-authorized");
  assertEquals(refused((it) => it.set("authzid", "user@copilot.test")), "not-authorized");
  assertEquals(refused((it) => it.set("nonce", "stale")), "malformed-request");
  assertEquals(refused((it) => it.set("nc", "00000002")), "malformed-request");
  assertEquals(refused((it) => it.set("qop", "auth-int")), "malformed-request");
  assertEquals(refused((it) => it.delete("cnonce")), "malformed-request");
  assertEquals(refused((it) => it.delete("digest-uri")), "malformed-request");
});

/** The exchanges of RFC 5802, 5, and RFC 7677, 3, with the server's part of the nonce as they have it. */
const SCRAM_VECTORS = [
  {
    mechanism: "SCRAM-SHA-1",
    salt: "QSXCR+Q6sek8bf92",
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    server: "3rfcNHYJY1ZVvWVs7j",
    proof: "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    signature: "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  },
  {
    mechanism: "SCRAM-SHA-256",
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    server: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    signature: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  },
] as const;

for (const { mechanism, salt, nonce, server, proof, signature } of SCRAM_VECTORS) {
  Deno.test(`ScramExchange reproduces the published exchange of ${mechanism}`, () => {
    const accounts = new Accounts({
      accounts: new Map([["user", "pencil"]]),
      random: { bytes: () => new Uint8Array(Buffer.from(salt, "base64")) },
    });
    // The nonces of the exchange are no hexadecimal text, as this server's are: it gets their bytes.
    const random = { bytes: () => Object.assign(new Uint8Array(), { toHex: () => server }) };
    const exchange = saslExchange(mechanism, { accounts, domain: "copilot.test", random });
    assertEquals(exchange.step(`n,,n=user,r=${nonce}`), {
      type: "challenge",
      text: `r=${nonce}${server},s=${salt},i=4096`,
    });
    assertEquals(exchange.step(`c=biws,r=${nonce}${server},p=${proof}`), {
      type: "success",
      user: "user",
      text: `v=${signature}`,
    });
  });

  Deno.test(`ScramExchange of ${mechanism} refuses what does not fit`, () => {
    const outcome = (first: string, change: (last: string) => string = (last) => last) => {
      const exchange = saslExchange(mechanism as SaslMechanism, context({ random: scripted() }));
      const challenge = exchange.step(first);
      if (challenge.type !== "challenge") {
        return challenge.type === "failure" ? challenge.condition : challenge.type;
      }
      const full = /^r=([^,]*)/.exec(challenge.text)?.[1];
      const reply = exchange.step(change(`c=biws,r=${full},p=${proof}`));
      return reply.type === "failure" ? reply.condition : reply.type;
    };
    const first = `n,,n=user,r=${nonce}`;
    assertEquals(outcome(first), "not-authorized");
    assertEquals(outcome(first, (last) => last.replace("biws", "eSws")), "not-authorized");
    assertEquals(outcome(first, (last) => last.replace(/p=.*/, "p=eA==")), "not-authorized");
    assertEquals(outcome(first, () => "junk"), "malformed-request");
    assertEquals(outcome("n,,n=stranger,r=abc"), "not-authorized");
    assertEquals(outcome("n,a=jm@copilot.test,n=user,r=abc"), "not-authorized");
    assertEquals(outcome("n,,n=us=er,r=abc"), "malformed-request");
    assertEquals(outcome("p=tls-unique,,n=user,r=abc"), "malformed-request");
    assertEquals(outcome("n,,n=user,r="), "malformed-request");
    assertEquals(outcome(""), "malformed-request");
  });
}
