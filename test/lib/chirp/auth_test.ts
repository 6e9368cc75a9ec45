import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { assertFails, namesIn, withPeer } from "./_fixture.ts";
import type { PeerScript } from "./_scripted_peer.ts";

/** Asks for a file, says what was answered, refuses. */
function challenging(
  path: (base: string) => string,
  base: () => string,
  seen: string[],
): PeerScript {
  return async (peer) => {
    assertEquals(await peer.readLine(), "unix");
    await peer.reply(`yes\n${path(base())}\n`);
    const answer = await peer.readLine() ?? "closed";
    seen.push(answer, ...await namesIn(base()));
    if (answer === "yes") await peer.reply("yes\nyes\nunix\nalice\n");
    if (await peer.readLine() === "whoami 1024") await peer.reply("10\nunix:alice");
    await peer.readLine();
  };
}

async function withChallenge(
  path: (base: string) => string,
  succeeds: boolean,
  prepare: (base: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const base = await Deno.makeTempDir({ prefix: "challenges-" });
  const seen: string[] = [];
  try {
    await prepare(base);
    const script = challenging(path, () => base, seen);
    await withPeer([script], async ({ client }) => {
      if (succeeds) assertEquals(await client.whoami(), "unix:alice");
      else await assertFails("not-authenticated", () => client.whoami(), "accepts none of unix");
    }, { auth: ["unix"], challengeDir: base, retries: 0 });
    seen.push(...await namesIn(base));
  } finally {
    await Deno.remove(base, { recursive: true });
  }
  return seen;
}

Deno.test("unix creates the file that is asked for, and removes it", async () => {
  const seen = await withChallenge((base) => join(base, "challenge.12.345"), true);
  assertEquals(seen, ["yes", "challenge.12.345"]);
});

Deno.test("unix creates no file elsewhere, nor one of another name", async () => {
  const paths: ((base: string) => string)[] = [
    () => "/tmp/challenge.1.1",
    (base) => `${base}/../challenge.1.1`,
    (base) => `${base}//challenge.1.1`,
    (base) => `${base}/./challenge.1.1`,
    (base) => `${base}/sub/challenge.1.1`,
    (base) => `${base}/.bashrc`,
    (base) => `${base}/challenge.1 1`,
    (base) => base,
    () => "challenge.1.1",
    () => "",
  ];
  for (const path of paths) assertEquals(await withChallenge(path, false), ["no"]);
});

Deno.test("unix takes no file that exists, nor a link", async () => {
  const path = (base: string) => join(base, "challenge.1.1");
  const seen = await withChallenge(path, false, (base) => Deno.writeTextFile(path(base), "mine"));
  assertEquals(seen, ["no", "challenge.1.1", "challenge.1.1"]);
  const link = await withChallenge(path, false, (base) => Deno.symlink("/nowhere", path(base)));
  assertEquals(link, ["no", "challenge.1.1", "challenge.1.1"]);
});

Deno.test("methods are tried in order until one is accepted", async () => {
  const picky: PeerScript = async (peer) => {
    assertEquals(await peer.readLine(), "address");
    await peer.reply("yes\nno\n");
    assertEquals(await peer.readLine(), "unix");
    await peer.reply("no\n");
    assertEquals(await peer.readLine(), "hostname");
    await peer.reply("yes\r\nyes\r\nyes\r\nhostname\r\nlocalhost\r\n");
    assertEquals(await peer.readLine(), "whoami 1024");
    await peer.reply("18\nhostname:localhost");
    await peer.readLine();
  };
  await withPeer([picky], async ({ client }) => {
    assertEquals(await client.whoami(), "hostname:localhost");
  }, { auth: ["address", "unix", "hostname"] });
});

Deno.test("a refusal of all methods is final", async () => {
  const refusing: PeerScript = async (peer) => {
    while (await peer.readLine() !== undefined) await peer.reply("no\n");
  };
  await withPeer([refusing], async ({ client, peer }) => {
    await assertFails("not-authenticated", () => client.whoami(), "address, hostname, unix");
    assertEquals(peer.lines, ["address", "hostname", "unix"]);
  }, { auth: ["address", "hostname", "unix"] });
});

Deno.test("an answer that is neither yes nor no is a breach of the protocol", async () => {
  const strange: PeerScript = async (peer) => {
    await peer.readLine();
    await peer.reply("HTTP/1.1 400 Bad Request\r\n\r\n");
    await peer.readLine();
  };
  await withPeer([strange], async ({ client }) => {
    await assertFails("protocol", () => client.whoami(), "HTTP/1.1");
  });
});
