import { assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ScramError,
  ScramExchange,
  type ScramHash,
  ScramKeyCache,
} from "../../../../lib/messaging/xmpp/scram.ts";
import type { Random } from "../../../../lib/random.ts";

interface Vector {
  readonly hash: ScramHash;
  readonly nonce: string;
  readonly serverFirst: string;
  readonly proof: string;
  readonly serverFinal: string;
}

/** RFC 5802, section 5, and RFC 7677, section 3: user `user`, password `pencil`. */
const VECTORS: readonly Vector[] = [
  {
    hash: "sha1",
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    serverFirst: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    proof: "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    serverFinal: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  },
  {
    hash: "sha256",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    serverFirst:
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  },
];

/** A source whose bytes are these in base64, so that a nonce comes out as the RFC has it. */
function fixedRandom(base64: string): Random {
  return { bytes: () => Uint8Array.fromBase64(base64) };
}

function start({ hash, nonce }: Vector, username = "user"): ScramExchange {
  const keys = new ScramKeyCache("pencil");
  return new ScramExchange({ hash, username, keys, random: fixedRandom(nonce) });
}

for (const vector of VECTORS) {
  const { hash, nonce, serverFirst, proof, serverFinal } = vector;

  Deno.test(`ScramExchange with ${hash} says what the RFC's example says`, () => {
    const exchange = start(vector);
    assertEquals(exchange.clientFirst(), `n,,n=user,r=${nonce}`);
    const full = serverFirst.slice(2, serverFirst.indexOf(","));
    assertEquals(exchange.clientFinal(serverFirst), `c=biws,r=${full},p=${proof}`);
    exchange.verify(serverFinal);
  });

  Deno.test(`ScramExchange with ${hash} refuses a server that doesn't know the password`, () => {
    const exchange = start(vector);
    exchange.clientFinal(serverFirst);
    for (const forged of ["v=AAAA", "v=", "v=*", "", "e=other-error", `${serverFinal}AAAA`]) {
      assertThrows(() => exchange.verify(forged), ScramError);
    }
    assertThrows(() => start(vector).verify(serverFinal), ScramError);
  });

  Deno.test(`ScramExchange with ${hash} refuses challenges that break the rules`, () => {
    const challenges = [
      "",
      "r",
      serverFirst.replace("r=", "r=x"),
      `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`,
      serverFirst.replace(/s=[^,]*/, "s=*"),
      serverFirst.replace("i=4096", "i=0"),
      serverFirst.replace("i=4096", "i=many"),
      serverFirst.replace("i=4096", "i=99999999999"),
      `m=ext,${serverFirst}`,
    ];
    for (const challenge of challenges) {
      assertThrows(() => start(vector).clientFinal(challenge), ScramError);
    }
  });
}

Deno.test("ScramExchange escapes what a user name may hold", () => {
  const [vector] = VECTORS;
  if (vector === undefined) throw new Error("Cannot test without a vector");
  assertEquals(start(vector, "a=b,c").clientFirst(), `n,,n=a=3Db=2Cc,r=${vector.nonce}`);
  // UTF-8, one character a byte.
  assertEquals(start(vector, "\u00e9").clientFirst(), `n,,n=\u00c3\u00a9,r=${vector.nonce}`);
});

Deno.test("ScramKeyCache derives the keys of a salt once", () => {
  const cache = new ScramKeyCache("pencil");
  const salt = new Uint8Array([1, 2, 3]);
  const keys = cache.keys("sha1", salt, 4096);
  assertStrictEquals(cache.keys("sha1", salt, 4096), keys);
  assertNotEquals(cache.keys("sha1", salt, 4097), keys);
  for (let iterations = 1; iterations < 9; iterations++) cache.keys("sha1", salt, iterations);
  assertEquals(cache.keys("sha1", salt, 4096), keys);
});
