import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { readEntries } from "../../../lib/chirp/answers.ts";
import type { ChirpClient } from "../../../lib/chirp/client.ts";
import { fileTransferErrorFor } from "../../../lib/chirp/codes.ts";
import { dialChirp } from "../../../lib/chirp/connection.ts";
import type { FileTransferErrorCode } from "../../../lib/chirp/file_transfer.ts";
import { assertFails, withPeer } from "./_fixture.ts";
import { replaying } from "./_replay.ts";

const NO_RETRY = { retries: 0 };

Deno.test("put() speaks as the recorded tool does", async () => {
  await withPeer([await replaying("01-put-small")], async ({ client, peer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "hello, chirp\n", { mode: 0o644 });
    await client.put(join(local, "up"), "/hello.txt");
    assertEquals(peer.lines, ["address", "putfile /hello.txt 420 13"]);
  });
});

Deno.test("put() and get() move nothing where there is nothing", async () => {
  await withPeer([await replaying("05-put-empty")], async ({ client, local }) => {
    await Deno.writeTextFile(join(local, "up"), "");
    await client.put(join(local, "up"), "/empty");
  });
  await withPeer([await replaying("06-get-empty")], async ({ client, local }) => {
    await client.get("/empty", join(local, "down"));
    assertEquals(await Deno.readTextFile(join(local, "down")), "");
  });
});

Deno.test("the recorded session of a shell can be held", async () => {
  await withPeer([await replaying("20-shell-basic")], async ({ client }) => {
    assertEquals(await client.whoami(), "address:127.0.0.1");
    assertEquals(new TextDecoder().decode(await client.getBytes("/f1.txt")), "one\n");
    assertEquals((await client.lstat("/d1/f2.txt")).size, 8);
    const { blockSizeBytes, blocks } = await client.statfs("/");
    assertEquals([blockSizeBytes, blocks > 0], [4096, true]);
    assertEquals((await client.getAcl("/")).get("address:127.0.0.1"), "rwldpa");
    await assertFails("not-found", () => client.getBytes("/nope"), "/nope");
  }, NO_RETRY);
});

Deno.test("list(), readlink() and get() read the recorded tree", async () => {
  await withPeer([await replaying("32-get-recursive")], async ({ client, local }) => {
    const names = ["a.txt", "abslink", "dangling", "emptydir", "link", "sub"];
    assertEquals(await client.list("/tree"), names);
    assertEquals(await client.list("/tree/emptydir"), []);
    assertEquals(await client.readlink("/tree/abslink"), "/etc/passwd");
    assertEquals((await client.lstat("/tree/link")).kind, "link");
    await client.get("/tree/sub/b.bin", join(local, "down"));
    const bytes = await Deno.readFile(join(local, "down"));
    assertEquals([...bytes], Array.from({ length: 256 }, (_, byte) => byte));
  });
});

Deno.test("readEntries() keeps recorded names byte for byte", async () => {
  await withPeer([await replaying("12-names-ls")], async ({ peer, clock }) => {
    const where = { host: peer.host, port: peer.port };
    using link = await dialChirp({ ...where, connectTimeoutMs: 10_000, timeoutMs: 10_000, clock });
    await link.sendLine("getlongdir /");
    await link.readResult();
    const names = (await readEntries(link, 100)).map(({ name }) => name);
    for (const name of ["日本.txt", "umlaut-ä.txt", "cr\rname", "trail ", "tab\there", ".hidden"]) {
      assertEquals(names.includes(name), true, name);
    }
    assertEquals(names.includes("."), false);
  });
});

Deno.test("calls by path tell the recorded errors apart", async () => {
  const failures: [FileTransferErrorCode, (client: ChirpClient) => Promise<unknown>][] = [
    ["already-exists", (client) => client.mkdir("/d")],
    ["not-authorized", (client) => client.mkdir("/f/x")],
    ["not-empty", (client) => client.rmdir("/d")],
    ["not-directory", (client) => client.rmdir("/f")],
    ["is-directory", (client) => client.unlink("/m2")],
    ["not-found", (client) => client.unlink("/missing")],
    ["not-directory", (client) => client.unlink("/f/x")],
    ["not-empty", (client) => client.rename("/d", "/m2")],
    ["invalid-request", (client) => client.rename("/d", "/d/x")],
    ["is-directory", (client) => client.rename("/f", "/d")],
    ["not-found", (client) => client.rename("/missing", "/x")],
    ["invalid-request", (client) => client.readlink("/f")],
    ["not-found", (client) => client.stat("/dang")],
    ["not-found", (client) => client.truncate("/missing", 4)],
    ["is-directory", (client) => client.truncate("/d", 4)],
    ["not-authorized", (client) => client.truncate("/ro/f", 0)],
    ["not-found", (client) => client.list("/missing")],
    ["not-found", (client) => client.list("/f")],
    ["not-found", (client) => client.remove("/missing")],
    ["not-found", (client) => client.setAcl("/f", "q", "rl")],
    ["not-authorized", (client) => client.md5("/d")],
  ];
  await withPeer([await replaying("76-raw-paths")], async ({ client, peer }) => {
    for (const [code, call] of failures) await assertFails(code, () => call(client));
    assertEquals((await client.md5("/f")).length, 32);
    assertEquals(peer.connections, 1);
  }, NO_RETRY);
});

Deno.test("a list of access rights is read as it was printed", async () => {
  await withPeer([await replaying("76-raw-paths")], async ({ client }) => {
    await client.setAcl("/d", "q", "v(rwl)");
    const rights = await client.getAcl("/d");
    assertEquals(rights.get("nocolon"), "rwldpaxv()");
    assertEquals(rights.get("q"), "v(rwl)");
    assertEquals(rights.get("has%20space"), "rl");
  }, NO_RETRY);
});

Deno.test("every result code becomes its error", async () => {
  await withPeer([await replaying("98-client-error-codes")], async ({ client }) => {
    for (let code = 1; code <= 26; code++) {
      const { code: expected } = fileTransferErrorFor(-code, "Cannot");
      await assertFails(expected, () => client.getBytes(`/${code}`), `(-${code})`);
    }
    await assertFails("unknown", () => client.getBytes("/127"), "(-127)");
  }, NO_RETRY);
});

Deno.test("answers with more words and carriage returns are accepted", async () => {
  await withPeer([await replaying("99-client-tolerance")], async ({ client }) => {
    assertEquals((await client.lstat("/extra")).size, 5);
    assertEquals(new TextDecoder().decode(await client.getBytes("/extra")), "12345");
  }, NO_RETRY);
});

Deno.test("answers that break the protocol or off are told apart", async () => {
  await withPeer([await replaying("99-client-tolerance")], async ({ client }) => {
    await assertFails("protocol", () => client.lstat("/badstat"), "3 words");
    const bytes = new TextEncoder().encode("hello, chirp\n");
    await assertFails("no-space", () => client.putBytes(bytes, "/neg"));
    await assertFails("protocol", () => client.putBytes(bytes, "/big"), "stored 999 of 13");
  }, NO_RETRY);
});
