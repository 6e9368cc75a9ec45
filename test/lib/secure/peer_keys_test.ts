import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Jid } from "../../../lib/protocol/jid.ts";
import { seededRandom } from "../../../lib/random.ts";
import { formatPeerFile, parsePeerFile, PeerKeys } from "../../../lib/secure/peer_keys.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { assertRefused } from "./_vectors.ts";

const random = seededRandom(1);
const [first, second, third] = [0, 1, 2].map(() => generateX25519Key(random).publicKey);
if (first === undefined || second === undefined || third === undefined) throw new Error("No keys");
const jid = (text: string) => Jid.parse(text);

Deno.test("parsePeerFile() reads what formatPeerFile() writes", () => {
  const entries = [{ jid: "jm@site.org", key: first }, { jid: "jm@site.org/My Site", key: second }];
  const text = formatPeerFile(entries);
  assertEquals(parsePeerFile(text).map(({ jid, key }) => [jid, key.id]), [
    ["jm@site.org", first.id],
    ["jm@site.org/My Site", second.id],
  ]);
  assertEquals(parsePeerFile(`# peers\r\n\r\n  ${text.replaceAll("\n", "\r\n")}`).length, 2);
  assertEquals(parsePeerFile(""), []);
});

Deno.test("parsePeerFile() refuses with the number of the line", () => {
  const key = first.bytes.toBase64();
  const cases = [
    "jm@site.org",
    `jm@site.org ${key}`,
    `x25519 ${key}`,
    `jm@site.org ed25519 ${key}`,
    `jm@site.org x25519 ${key.slice(4)}`,
    `jm@site.org x25519 AAAA${key}`,
    `jm@site.org x25519 ${key} more`,
    `jm@@site.org x25519 ${key}`,
    `@site.org x25519 ${key}`,
  ];
  for (const line of cases) assertRefused(() => parsePeerFile(line), "bad-key");
  assertRefused(() => parsePeerFile("x".repeat((8 << 20) + 1)), "too-large");
  assertRefused(() => parsePeerFile(`a@b x25519 ${key}\n`.repeat(100_001)), "too-large");
});

Deno.test("parsePeerFile() gives entries or refuses, however a file was changed", () => {
  const file = formatPeerFile([{ jid: "jm@site.org", key: first }, { jid: "a@b/c", key: second }]);
  fc.assert(fc.property(fc.nat(file.length), fc.nat(60), fc.string(), (start, length, text) => {
    const changed = file.slice(0, start) + text + file.slice(start + length);
    try {
      parsePeerFile(changed);
    } catch {
      assertRefused(() => parsePeerFile(changed), "bad-key");
    }
  }));
});

Deno.test("PeerKeys gives an account's last key until a session has used another", () => {
  const peers = new PeerKeys([{ jid: "agent@site", key: first }, {
    jid: "agent@site",
    key: second,
  }]);
  assertEquals(peers.keyFor(jid("agent@site/1"))?.id, second.id);
  peers.used(jid("agent@site/1"), first);
  assertEquals(peers.keyFor(jid("agent@site/1"))?.id, first.id);
  assertEquals(peers.keyFor(jid("agent@site/2"))?.id, second.id);
  assertEquals(peers.keyFor(jid("agent@site"))?.id, second.id);
});

Deno.test("PeerKeys keeps a session's own entry apart from its account's", () => {
  const peers = new PeerKeys([{ jid: "jm@site", key: first }, { jid: "jm@site/a", key: second }]);
  assertEquals(peers.keyOf(jid("jm@site/a"), first.id), undefined);
  assertEquals(peers.keyOf(jid("jm@site/a"), second.id)?.id, second.id);
  assertEquals(peers.keyOf(jid("jm@site/b"), first.id)?.id, first.id);
  assertEquals(peers.keyOf(jid("jm@site/b"), third.id), undefined);
  assertEquals([peers.has(jid("jm@site/b")), peers.has(jid("other@site"))], [true, false]);
});
