import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { type ChirpServerOptions, startChirpServer } from "../../../sim/chirp/mod.ts";
import { readSmallFile, writeSmallFile } from "../../../sim/chirp/small_file.ts";
import { CLOSED, RawClient } from "./_raw_client.ts";

const ALL_RIGHTS = "address:127.0.0.1 rwldax\n";

/** Starts a server whose unexpected errors fail the test, and one authenticated client. */
async function serverAndClient(options: ChirpServerOptions = {}) {
  const errors: unknown[] = [];
  const server = await startChirpServer({
    rootAcl: ALL_RIGHTS,
    onError: (error) => errors.push(error),
    ...options,
  });
  const client = await RawClient.connect(server.port);
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      assertEquals(errors, []);
    },
  };
}

Deno.test("authentication refuses unknown methods and goes on until one succeeds", async () => {
  await using it = await serverAndClient({ nameOfAddress: () => Promise.resolve("n ode\x01") });
  using client = await RawClient.connect(it.server.port, { authenticate: false });
  await client.send("ADDRESS\naddress \n\nglobus\nwhoami 1024\nhostname\r\nwhoami 99\n");
  assertEquals(
    await client.until("hostname:n_ode_"),
    "no\nno\nno\nno\nno\nyes\nyes\nyes\nhostname\nn_ode_\n15\nhostname:n_ode_",
  );
});

Deno.test("a failed method leaves the door open for another", async () => {
  await using it = await serverAndClient({ nameOfAddress: () => Promise.resolve(undefined) });
  using client = await RawClient.connect(it.server.port, { authenticate: false });
  await client.send("hostname\naddress\n");
  const answer = await client.until("127.0.0.1\n");
  assertEquals(answer, "yes\nno\nyes\nyes\nyes\naddress\n127.0.0.1\n");
});

Deno.test("unix looks for a file of the server's choosing and takes no link for it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using it = await serverAndClient({ challengeFolder: folder });
    using client = await RawClient.connect(it.server.port, { authenticate: false });
    await client.send("unix\n");
    const first = (await client.until("\n") + await client.until("\n")).split("\n")[1] ?? "";
    assertMatch(first, new RegExp(`^${folder}/challenge\\.[0-9a-f]{32}$`));
    await client.send("no\nunix\n");
    await client.until("yes\n");
    const second = (await client.until("\n")).trim();
    await Deno.symlink("/etc/passwd", second);
    await client.send("yes\n");
    assertEquals(await client.until("no\n"), "no\n");
    await client.send("unix\n");
    await client.until("yes\n");
    const third = (await client.until("\n")).trim();
    await Deno.writeTextFile(third, "");
    await client.send("yes\n");
    assertMatch(await client.until("unix\n") + await client.until("\n"), /^yes\nyes\nunix\n\w+\n$/);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pipelined requests are answered in order", async () => {
  await using it = await serverAndClient();
  const answer = await it.client.ask(
    "putfile /f 420 2\nhimkdir /d 0\ngetfile /f\nnonsense\n\nwhoami 4\n",
  );
  assertEquals(answer, "0\n2\n0\n2\nhi-8\n4\naddr");
});

Deno.test("a line too long and a goodbye end the connection", async () => {
  await using it = await serverAndClient();
  assertEquals(await it.client.ask(`stat /${"x".repeat(1100)}\n`), CLOSED);
  using other = await RawClient.connect(it.server.port);
  assertEquals(await other.ask("whoami 3\n\x04bye\n"), `3\nadd${CLOSED}`);
});

Deno.test("bad escapes and NULs in paths are refused", async () => {
  await using it = await serverAndClient();
  for (const word of ["/%zz", "/%", "/%4", "/a%00b"]) {
    assertEquals(await it.client.ask(`stat ${word}\n`), "-8\n");
  }
});

Deno.test("names that no listing can carry are not made", async () => {
  await using it = await serverAndClient();
  assertEquals(await it.client.ask("mkdir /a%0Ab 0\nsymlink x /c%0Dd\n"), "-8\n-8\n");
  assertEquals(await it.client.ask("putfile /a%0Ab 420 0\nopen /c%0D wc 420\n"), "-8\n-8\n");
});

Deno.test("a broken upload leaves nothing behind, also of the file before it", async () => {
  await using it = await serverAndClient();
  await it.client.ask("putfile /f 420 3\nold");
  using other = await RawClient.connect(it.server.port);
  await other.send("putfile /f 420 1000\nonly this much");
  await other.until("0\n");
  other.connection.closeWrite();
  await other.rest();
  assertEquals(it.server.storage.lstat("/f"), undefined);
});

Deno.test("the right p puts new files and replaces none", async () => {
  await using it = await serverAndClient({ rootAcl: "address:* pl\n" });
  assertEquals(await it.client.ask("putfile /f 420 3\nnew"), "0\n3\n");
  assertEquals(await it.client.ask("putfile /f 420 3\n"), "-4\n");
  assertMatch(await it.client.ask("open /f wct 420\nopen /f w 420\n"), /^-4\n-2\n$/);
  assertMatch(await it.client.ask("open /g wc 420\n"), /^0\n\d/);
  assertEquals(await it.client.ask("getfile /f\nunlink /f\nmkdir /d 0\n"), "-2\n-2\n-2\n");
});

Deno.test("the right v makes a directory of one's own", async () => {
  await using it = await serverAndClient({ rootAcl: "address:* v(rwl)\n" });
  assertEquals(await it.client.ask("mkdir /d 0\ngetacl /d\n"), "0\n0\naddress:127.0.0.1 rwlp\n\n");
  assertEquals(await it.client.ask("putfile /d/f 420 1\nxunlink /d/f\n"), "0\n1\n-2\n");
});

Deno.test("deleting wants d in the directory itself, not one level up", async () => {
  await using it = await serverAndClient({ rootAcl: "address:127.0.0.1 rwlda\n" });
  await it.client.ask("mkdir /ro 0\nputfile /ro/f 420 0\nsetacl /ro address:127.0.0.1 rl\n");
  assertEquals(await it.client.ask("unlink /ro/f\nrmall /ro/f\nrename /ro/f /f\n"), "-2\n-2\n-2\n");
  assertEquals(await it.client.ask("rmall /ro\n"), "0\n");
});

Deno.test("lists change with the right a alone, by whatever name they are called", async () => {
  await using it = await serverAndClient({ rootAcl: "address:127.0.0.1 rwld\n" });
  const { client } = it;
  await client.ask("symlink /.__acl /l\nputfile /f 420 3\nabc");
  const attempts = "putfile /.__acl 420 0\nputfile /l 420 0\nopen /l wct 420\nrename /f /.__acl\n" +
    "link /.__acl /h\nunlink /.__acl\nrmall /.__acl\ntruncate /l 0\nrename /.__acl /x\n" +
    "setacl / unix:* rwlda\nresetacl / rwlda\n";
  assertEquals(await client.ask(attempts), "-2\n".repeat(11));
  assertEquals(await client.ask("getacl /\n"), "0\naddress:127.0.0.1 rwldp\n\n");
});

Deno.test("links lead nowhere outside the root", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/secret`, "secret");
    await using it = await serverAndClient({ root: `${folder}/root` });
    for (
      const target of ["../secret", `${folder}/secret`, "/../../secret", "../../../etc/passwd"]
    ) {
      await Deno.symlink(target, `${folder}/root/l`);
      assertEquals(await it.client.ask("stat /l\ngetfile /l\n"), "-3\n-3\n");
      await it.client.ask("putfile /l 420 0\ntruncate /l 0\nrmall /l\n");
      assertEquals(await Deno.readTextFile(`${folder}/secret`), "secret");
      for (const name of ["secret", folder.split("/")[1] ?? "", "etc"]) {
        await it.client.ask(`rmall /${name}\n`);
      }
    }
    assertEquals(await it.client.ask("getdir /\n"), "0\n.\n..\n\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a loop of links is an ordinary failure", async () => {
  await using it = await serverAndClient();
  assertEquals(await it.client.ask("symlink /b /a\nsymlink /a /b\nstat /a\n"), "0\n0\n-8\n");
});

Deno.test("names that the real tools garble are found when one entry alone fits", async () => {
  await using it = await serverAndClient();
  await it.client.ask("mkdir /%C3%9C 0\nputfile /%C3%9C/%C3%A4.txt 420 1\nx");
  assertEquals(await it.client.ask("getfile /%FF%FF/%FF%FF.txt\n"), "1\nx");
  await it.client.ask("putfile /%C3%9C/%C3%B6.txt 420 1\ny");
  assertEquals(await it.client.ask("getfile /%FF%FF/%FF%FF.txt\n"), "-3\n");
  assertEquals(await it.client.ask("unlink /%FF%FF/%FF%FF.txt\n"), "-3\n");
});

Deno.test("a server without lists lets nobody in, a default list rules where there is none", async () => {
  await using it = await serverAndClient({
    defaultAcl: "address:* rwl\n",
    superuser: "address:127.0.0.1",
  });
  assertEquals(await it.client.ask("getacl /\n"), "0\naddress:* rwlp\n\n");
  assertEquals(await it.client.ask("mkdir /d 0\ngetacl /d\n"), "0\n0\naddress:* rwlp\n\n");
  assertEquals(
    await it.client.ask("setacl / unix:* rl\ngetacl /\n"),
    "0\n0\naddress:* rwlp\nunix:* rl\n\n",
  );
  it.server.storage.makeDirectory("/bare", 0o700);
  assertMatch(await it.client.ask("getdir /bare\n"), /^0\n/);
});

Deno.test("a server for reading only changes nothing", async () => {
  await using it = await serverAndClient({ readOnly: true });
  writeSmallFile(it.server.storage, "/f", "x");
  assertEquals(
    await it.client.ask("getfile /f\nputfile /g 420 0\nunlink /f\nmkdir /d 0\n"),
    "1\nx-2\n-2\n-2\n",
  );
});

Deno.test("a full store answers no space, takes the data all the same, and keeps no part of it", async () => {
  await using it = await serverAndClient({ capacityBytes: 100 });
  assertEquals(await it.client.ask(`putfile /f 420 200000\n${"x".repeat(200_000)}`), "0\n-6\n");
  assertEquals(it.server.storage.lstat("/f"), undefined);
  await it.client.ask("open /g wc 420\n");
  assertEquals(await it.client.ask(`pwrite 0 200 0\n${"x".repeat(200)}`), "-6\n");
  assertEquals(await it.client.ask("whoami 4\n"), "4\naddr");
});

Deno.test("faults: no space, broken and refused, as they are switched on", async () => {
  await using it = await serverAndClient();
  await it.client.ask("putfile /f 420 5\nhello");
  it.server.faults = { diskFull: true };
  assertEquals(
    await it.client.ask("mkdir /d 0\nputfile /g 420 0\ngetfile /f\n"),
    "-6\n-6\n5\nhello",
  );
  it.server.faults = { brokenShare: 1, brokenAfterBytes: 3 };
  assertEquals(await it.client.ask("getfile /f\n"), `5\nhel${CLOSED}`);
  it.server.faults = { refusedShare: 1 };
  using refused = await RawClient.connect(it.server.port);
  assertEquals(await refused.ask("whoami 4\n"), CLOSED);
  it.server.faults = { bytesPerSecond: 1e9, delayMs: 0 };
  using other = await RawClient.connect(it.server.port);
  assertEquals(await other.ask("getfile /f\n"), "5\nhello");
});

Deno.test("open files: numbers are used again, there are 1024 at most", async () => {
  await using it = await serverAndClient();
  await it.client.ask("putfile /f 420 5\nhello");
  const opened = await it.client.ask("open /f r 0\n".repeat(1025));
  assertEquals(opened.trim().split("\n").at(-1), "-9");
  assertEquals(await it.client.ask("close 7\nclose 7\n"), "0\n-12\n");
  assertMatch(await it.client.ask("open /f r 0\n"), /^7\n/);
});

Deno.test("large reads and writes are capped at 16 MiB and stay in step", async () => {
  await using it = await serverAndClient();
  const most = 16 * 1024 * 1024;
  await it.client.ask("open /f rwc 420\n");
  await it.client.send(`pwrite 0 ${most + 5} 0\n`);
  await it.client.send(new Uint8Array(most + 5).fill(120));
  assertEquals(await it.client.ask(""), `${most}\n`);
  await it.client.send(`pread 0 ${2 * most} 0\n`);
  assertEquals(await it.client.until("\n"), `${most}\n`);
  assertEquals((await it.client.take(most)).length, most);
  assertEquals(await it.client.ask("whoami 4\n"), "4\naddr");
});

Deno.test("attributes are kept in memory and not supported in a folder", async () => {
  await using it = await serverAndClient();
  await it.client.ask("putfile /f 420 0\nopen /f rw 0\n");
  assertEquals(
    await it.client.ask("setxattr /f user.a 2 0\nhifgetxattr 0 user.a\nlistxattr /f\n"),
    "0\n2\nhi7\nuser.a\0",
  );
  assertEquals(
    await it.client.ask("setxattr /f user.a 1 1\nxremovexattr /f user.a\ngetxattr /f user.a\n"),
    "-4\n0\n-3\n",
  );
  const folder = await Deno.makeTempDir();
  try {
    await using on = await serverAndClient({ root: folder });
    assertEquals(await on.client.ask("setxattr / user.a 2 0\nhiwhoami 1\n"), "-23\n1\na");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("getstream ends with the connection, putstream stores until the client ends", async () => {
  await using it = await serverAndClient();
  await it.client.send("putstream /f\n");
  await it.client.until("0\n");
  await it.client.send("streamed");
  it.client.connection.closeWrite();
  assertEquals(await it.client.rest(), "");
  assertEquals(readSmallFile(it.server.storage, "/f", 100), "streamed");
  using other = await RawClient.connect(it.server.port);
  await other.send("getstream /f\n");
  assertEquals(await other.rest(), "0\nstreamed");
});

Deno.test("a server that is stopped waits for no slow transfer", async () => {
  await using it = await serverAndClient({ faults: { delayMs: 3_600_000 } });
  await it.client.send("whoami 4\n");
  it.server.kill();
  assertEquals(await it.client.rest(), "");
});

Deno.test("kill() drops every connection and the server goes on", async () => {
  await using it = await serverAndClient();
  it.server.kill();
  assertEquals(await it.client.rest(), "");
  using other = await RawClient.connect(it.server.port);
  assertEquals(await other.ask("whoami 4\n"), "4\naddr");
});

Deno.test("more clients than allowed wait until one leaves", async () => {
  await using it = await serverAndClient({ maxConnections: 1 });
  const waiting = RawClient.connect(it.server.port);
  assertEquals(await it.client.ask("whoami 4\n"), "4\naddr");
  assertEquals(it.server.connections, 1);
  it.client.connection.closeWrite();
  using admitted = await waiting;
  assertEquals(await admitted.ask("whoami 4\n"), "4\naddr");
});

Deno.test("a silent client is dropped", async () => {
  await using it = await serverAndClient({ idleTimeoutMs: 5 });
  assertEquals(await it.client.rest(), "");
});

Deno.test("the root's list is written at the start where there is none", async () => {
  await using server = await startChirpServer({});
  assertMatch(readSmallFile(server.storage, "/.__acl", 100) ?? "", /^unix:\S+ rwlda\n$/);
});

Deno.test("any sequence of requests keeps the server alive and in step", async () => {
  await using it = await serverAndClient({ capacityBytes: 1e6 });
  const path = fc.constantFrom("/", "/a", "/b", "/a/b", "/a/b/c", "/.__acl", "/%ff", "/l", "/..");
  const number = fc.constantFrom("-1", "0", "1", "2", "5", "420", "99999999999999999999", "x");
  const word = fc.oneof(
    path,
    number,
    fc.constantFrom("rwct", "r", "unix:x", "rl", "user.a", "../.."),
  );
  const plain = fc.tuple(
    fc.constantFrom(
      ...[
        "stat",
        "lstat",
        "mkdir",
        "rmdir",
        "rmall",
        "unlink",
        "rename",
        "link",
        "symlink",
        "open",
      ],
      ...[
        "close",
        "pread",
        "sread",
        "fstat",
        "ftruncate",
        "getdir",
        "getlongdir",
        "getacl",
        "getfile",
      ],
      ...["truncate", "utime", "chmod", "readlink", "md5", "hash", "access", "statfs", "audit"],
      ...["listxattr", "getxattr", "search", "whoami", "fchmod", "fsync", "nonsense"],
    ),
    fc.array(word, { maxLength: 5 }),
  ).map(([name, words]) => `${[name, ...words].join(" ")}\n`);
  const counted = fc.tuple(fc.constantFrom("pwrite", "swrite"), fc.nat(5), fc.nat(3000), fc.nat(9))
    .map(([name, fd, length, other]) =>
      `${name} ${fd} ${length} ${name === "swrite" ? `${other} ${other} ` : ""}${other}\n` +
      "d".repeat(length)
    );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(plain, counted), { maxLength: 30 }), async (requests) => {
      // The list stays as it is, or nothing more could happen.
      writeSmallFile(it.server.storage, "/.__acl", ALL_RIGHTS);
      const answer = await it.client.ask(requests.join(""));
      assertEquals(answer.includes(CLOSED), false);
      assertEquals(await it.client.ask("whoami 4\n"), "4\naddr");
    }),
    { numRuns: 60 },
  );
  assertStringIncludes(await it.client.ask("getacl /\n"), "address:127.0.0.1");
});
