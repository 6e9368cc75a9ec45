import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type ChirpClient, connectChirp } from "../../lib/chirp/client.ts";
import { FileTransferError } from "../../lib/chirp/file_transfer.ts";
import { fileTransferContract } from "../contract/file_transfer.ts";
import { type ChirpServerProcess, hasChirpServer, startChirpServer } from "./chirp_server.ts";

if (hasChirpServer) {
  fileTransferContract("chirp_server", async () => {
    const server = await startChirpServer();
    const transfer = connectChirp({ host: server.host, port: server.port, auth: ["address"] });
    return { transfer, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
}

live("getBytes() and putBytes() keep a limit", async ({ client }) => {
  await client.putBytes(new TextEncoder().encode("small"), "/small");
  assertEquals(new TextDecoder().decode(await client.getBytes("/small")), "small");
  const error = await assertRejects(
    () => client.getBytes("/small", { limitBytes: 4 }),
    FileTransferError,
    "5 bytes are more than 4",
  );
  assertEquals(error.code, "too-big");
  assertEquals((await client.getBytes("/small", { limitBytes: 5 })).length, 5);
});

live("files can be looked at, cut, dated and summed up", async ({ client }) => {
  await client.putBytes(new TextEncoder().encode("hello, chirp\n"), "/f", { mode: 0o755 });
  assertEquals((await client.stat("/f")).mode, 0o700);
  await client.chmod("/f", 0o644);
  assertEquals((await client.stat("/f")).mode, 0o644);
  assertEquals(await client.md5("/f"), "fe7d4a300942d9f03ec6ae517976ea34");
  await client.utime("/f", 1_000_999, 2_000_999);
  assertEquals((await client.stat("/f")).modifiedMs, 2_000_000);
  await client.truncate("/f", 5);
  assertEquals((await client.stat("/f")).size, 5);
  await client.unlink("/f");
  assertEquals(await client.list("/"), []);
});

live("links keep their target as it was given", async ({ client }) => {
  await client.symlink("nowhere/100%/ä", "/link");
  assertEquals(await client.readlink("/link"), "nowhere/100%/ä");
  assertEquals((await client.lstat("/link")).kind, "link");
  const missing = await assertRejects(() => client.stat("/link"), FileTransferError);
  assertEquals(missing.code, "not-found");
  const blank = await assertRejects(() => client.symlink("a b", "/other"), FileTransferError);
  assertEquals(blank.code, "invalid-request");
});

live("resetAcl() leaves one subject, statfs() tells the room", async ({ client }) => {
  await client.mkdir("/d");
  await client.setAcl("/d", "unix:*", "rlv(rwl)");
  assertEquals((await client.getAcl("/d")).get("unix:*"), "rlv(rwl)");
  await client.resetAcl("/d", "rwld");
  assertEquals([...await client.getAcl("/d")], [["address:127.0.0.1", "rwldpa"]]);
  const { blockSizeBytes, blocks, availableBlocks } = await client.statfs("/d");
  assertEquals([blockSizeBytes > 0, blocks >= availableBlocks], [true, true]);
  await client.rmdir("/d");
});

live("open() reads and writes parts of a file", async ({ client }) => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const bytes = (content: string) => new TextEncoder().encode(content);
  await using file = await client.open("/f", { write: true, create: true, exclusive: true });
  await file.write(bytes("hello, world"), 0);
  await file.write(bytes("chirp"), 7);
  await file.sync();
  const target = new Uint8Array(20);
  assertEquals(await file.read(target, 7), 5);
  assertEquals(text(target.subarray(0, 5)), "chirp");
  await file.truncate(5);
  assertEquals((await file.stat()).size, 5);
  const exists = { write: true, create: true, exclusive: true };
  const error = await assertRejects(() => client.open("/f", exists), FileTransferError);
  assertEquals(error.code, "already-exists");
  await using readOnly = await client.open("/f");
  const refused = await assertRejects(() => readOnly.write(bytes("x"), 0), FileTransferError);
  assertEquals(refused.code, "invalid-request");
  await file[Symbol.asyncDispose]();
  await assertRejects(() => file.stat(), FileTransferError, "the file is closed");
  assertEquals(text(await client.getBytes("/f")), "hello");
});

live("open() moves more than the protocol takes at once", async ({ client }) => {
  const large = Uint8Array.from({ length: 17 * 1024 * 1024 }, (_, index) => index % 251);
  await using file = await client.open("/large", { write: true, create: true });
  await file.write(large, 3);
  const target = new Uint8Array(large.length + 100);
  assertEquals(await file.read(target, 3), large.length);
  assertEquals(target.subarray(0, large.length).every((byte, at) => byte === large[at]), true);
});

live("the real tools read what is put and write what is got", async ({ client, server }) => {
  const local = await Deno.makeTempDir({ prefix: "tools-" });
  try {
    await Deno.writeTextFile(join(local, "up"), "across");
    await client.put(join(local, "up"), "/ours");
    const at = `${server.host}:${server.port}`;
    await runTool("chirp_get", ["-t", "10", at, "/ours", join(local, "got")]);
    assertEquals(await Deno.readTextFile(join(local, "got")), "across");
    await runTool("chirp_put", ["-t", "10", join(local, "up"), at, "/theirs with blank"]);
    await client.get("/theirs with blank", join(local, "down"));
    assertEquals(await Deno.readTextFile(join(local, "down")), "across");
  } finally {
    await Deno.remove(local, { recursive: true });
  }
});

live("hostname and unix authenticate in the order asked for", async ({ server }) => {
  const at = { host: server.host, port: server.port, challengeDir: server.challengeDir };
  await using byName = connectChirp({ ...at, auth: ["hostname", "address"] });
  assertEquals(await byName.whoami(), "hostname:localhost");
  await using byFile = connectChirp({ ...at, auth: ["unix"] });
  assertMatch(await byFile.whoami(), /^unix:\w+$/);
  assertEquals(await Array.fromAsync(Deno.readDir(server.challengeDir)), []);
});

live("unix makes no file outside its directory and goes on with the next", async ({ server }) => {
  const other = await Deno.makeTempDir({ prefix: "challenges-" });
  try {
    const at = { host: server.host, port: server.port, challengeDir: other };
    await using next = connectChirp({ ...at, auth: ["unix", "address"] });
    assertEquals(await next.whoami(), "address:127.0.0.1");
    await using none = connectChirp({ ...at, auth: ["unix"] });
    const error = await assertRejects(() => none.whoami(), FileTransferError);
    assertEquals(error.code, "not-authenticated");
    assertStringIncludes(error.message, `chirp://127.0.0.1:${server.port}`);
  } finally {
    await Deno.remove(other, { recursive: true });
  }
});

live("a client outlives more listings than a server process bears", async ({ client }) => {
  for (let count = 0; count < 450; count++) assertEquals(await client.list("/"), []);
});

/** Registers a test that needs the real server. */
function live(
  name: string,
  run: (scene: { client: ChirpClient; server: ChirpServerProcess }) => Promise<void>,
): void {
  const missing = hasChirpServer ? "" : " (chirp_server is not installed)";
  Deno.test({
    name: `chirp_server: ${name}${missing}`,
    ignore: !hasChirpServer,
    fn: async () => {
      await using server = await startChirpServer({
        auth: ["unix", "hostname", "address"],
        acl: "address:127.0.0.1 rwlda\nhostname:localhost rl\nunix:* rl\n",
      });
      await using client = connectChirp({ host: server.host, port: server.port });
      await run({ client, server });
    },
  });
}

async function runTool(program: string, args: readonly string[]): Promise<void> {
  const command = new Deno.Command(program, { args: ["-a", "address", ...args] });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`Cannot run ${program}: ${new TextDecoder().decode(stderr)}`);
}
