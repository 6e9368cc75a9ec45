/**
 * The real Chirp tools on our server, and our server beside a real chirp_server.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type ChirpServer, startChirpServer } from "../../sim/chirp/mod.ts";
import { RawClient } from "../sim/chirp/_raw_client.ts";
import { SCRIPT } from "../sim/chirp/_script.ts";
import { HAS_CHIRP_SERVER, startRealServer } from "../sim/chirp/_real_server.ts";

const RIGHTS = "address:127.0.0.1 rwldax\nunix:* rl\nhostname:* rl\n";

const HAS_TOOLS = await Promise.all(["chirp", "chirp_get", "chirp_put"].map(isInstalled))
  .then((found) => found.every(Boolean));

async function isInstalled(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["-v"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}

/** What a test of the tools is given. */
interface Scene {
  readonly server: ChirpServer;
  /** An empty local folder. */
  readonly local: string;
  /** Runs a tool against the server; `SERVER` in the words stands for it. */
  readonly run: (words: string[], input?: string) => Promise<{ ok: boolean; out: string }>;
  /** Runs a command of the shell `chirp`. */
  readonly shell: (...words: string[]) => Promise<string>;
}

/** Registers a test on a server in memory and one on a folder. */
function testTools(name: string, body: (scene: Scene) => Promise<void>): void {
  for (const place of ["memory", "folder"]) {
    const program = HAS_TOOLS ? "" : " (needs chirp, chirp_get, chirp_put)";
    Deno.test({
      name: `tools on ${place}: ${name}${program}`,
      ignore: !HAS_TOOLS,
      fn: () => runScene(place, body),
    });
  }
}

async function runScene(place: string, body: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "chirp_tools_" });
  try {
    const root = place === "memory" ? "memory" : join(folder, "root");
    const errors: unknown[] = [];
    await using server = await startChirpServer({
      root,
      rootAcl: RIGHTS,
      onError: (error) => errors.push(error),
    });
    const local = join(folder, "local");
    await Deno.mkdir(local);
    const run: Scene["run"] = (words, input) => runTool(server, words, input);
    const shell = async (...words: string[]) => {
      const { ok, out } = await run(["chirp", "-a", "address", "-t", "5", "SERVER", ...words]);
      assertEquals(ok, true, `chirp ${words.join(" ")}: ${out}`);
      return out;
    };
    await body({ server, local, run, shell });
    assertEquals(errors, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runTool(server: ChirpServer, words: string[], input?: string) {
  const [program = "", ...args] = words.map((word) =>
    word === "SERVER" ? `${server.hostname}:${server.port}` : word
  );
  const child = new Deno.Command(program, {
    args,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { ok: success, out: text };
}

const GET = ["chirp_get", "-a", "address", "-t", "5", "SERVER"];
const put = (
  local: string,
  remote: string,
) => ["chirp_put", "-a", "address", "-t", "5", local, "SERVER", remote];

testTools("every way to prove who one is", async ({ run }) => {
  for (const method of ["address", "hostname", "unix"]) {
    const { ok, out } = await run(["chirp", "-a", method, "-t", "5", "SERVER", "whoami"]);
    assertEquals([ok, out.startsWith(`${method}:`)], [true, true], out);
  }
  assertMatch((await run(["chirp", "-t", "5", "SERVER", "whoami"])).out, /^unix:/);
});

testTools("chirp_put and chirp_get carry files of every size", async ({ local, run }) => {
  for (const size of [0, 1, 1023, 65_536, 65_537, 3_000_001]) {
    const bytes = new Uint8Array(size).map((_, index) => index * 31 + (index >> 8));
    await Deno.writeFile(join(local, "in"), bytes);
    assertEquals((await run(put(join(local, "in"), "/f"))).ok, true);
    assertEquals((await run([...GET, "/f", join(local, "out")])).ok, true);
    assertEquals(await Deno.readFile(join(local, "out")), bytes);
  }
  assertEquals((await run([...GET, "/none", join(local, "x")])).ok, false);
});

testTools("chirp_put from a pipe, chirp_get to one", async ({ run }) => {
  assertEquals((await run(put("-", "/piped"), "through a pipe")).ok, true);
  assertEquals((await run([...GET, "/piped", "-"])).out, "through a pipe");
});

testTools(
  "whole trees with links and empty files go up and down",
  async ({ local, run, shell }) => {
    const tree = join(local, "tree");
    await Deno.mkdir(join(tree, "sub", "deep"), { recursive: true });
    await Deno.writeTextFile(join(tree, "a file"), "a");
    await Deno.writeTextFile(join(tree, "sub", "deep", "100%"), "b");
    await Deno.writeTextFile(join(tree, "empty"), "");
    await Deno.writeFile(join(tree, "program"), new Uint8Array([1]), { mode: 0o755 });
    await Deno.symlink("a file", join(tree, "link"));
    await Deno.symlink("deep/100%", join(tree, "sub", "link"));
    await Deno.remove(join(tree, "link"));
    await Deno.symlink("empty", join(tree, "link"));
    assertEquals((await run(put(tree, "/tree"))).ok, true);
    assertEquals((await run([...GET, "/tree", join(local, "back")])).ok, true);
    const difference = await new Deno.Command("diff", { args: ["-r", tree, join(local, "back")] })
      .output();
    assertEquals(new TextDecoder().decode(difference.stdout), "");
    assertEquals(await Deno.readLink(join(local, "back", "link")), "empty");
    assertMatch(await shell("ls", "-l", "/tree"), /-rwx------.* program/);
  },
);

testTools("names that the tools garble come back whole", async ({ local, run, server }) => {
  using client = await RawClient.connect(server.port);
  await client.ask("mkdir /%C3%BC 0\nputfile /%C3%BC/%E6%97%A5%E6%9C%AC.txt 420 2\nok");
  assertEquals((await run([...GET, "/", join(local, "all")])).ok, true);
  assertEquals(await Deno.readTextFile(join(local, "all", "ü", "日本.txt")), "ok");
});

testTools("the shell's commands", async ({ local, shell, run }) => {
  await Deno.writeTextFile(join(local, "in"), "hello");
  await shell("put", join(local, "in"), "/f");
  assertEquals(await shell("cat", "/f"), "hello");
  await shell("get", "/f", join(local, "out"));
  assertEquals(await Deno.readTextFile(join(local, "out")), "hello");
  await shell("mkdir", "-p", "/d/e");
  await shell("mv", "/f", "/d/f");
  assertMatch(await shell("ls", "-la", "/d"), / 5 .* f\n/);
  assertMatch((await shell("md5", "/d/f")).toLowerCase(), /^5d41402abc4b2a76b9719d911017c592/);
  assertMatch(await shell("stat", "/d/f"), /size: +5\n/);
  assertMatch(await shell("df"), /TOTAL/);
  await shell("setacl", "/d", "unix:*", "write");
  assertStringIncludes(await shell("getacl", "/d"), "unix:* rwldp");
  await shell("chmod", "755", "/d/f");
  await shell("ln", "-s", "f", "/d/l");
  await shell("ln", "/d/f", "/d/h");
  assertMatch(await shell("ls", "-l", "/d"), /rwxrwxrwx .* l\n/);
  assertMatch(await shell("search", "/", "f"), /\/d\/f/);
  assertStringIncludes(await shell("audit"), "address:127.0.0.1");
  assertStringIncludes(await shell("localpath", "/d/f"), "/d/f");
  assertEquals(
    (await run(["chirp", "-a", "address", "-t", "5", "SERVER", "rmdir", "/d"])).ok,
    false,
  );
  await shell("rmdir", "/d/e");
  await shell("rm", "/d");
  assertEquals(await shell("ls", "/"), "");
});

testTools("what is not allowed is refused at once", async ({ local, run }) => {
  await Deno.writeTextFile(join(local, "in"), "x");
  const refused = await run([
    "chirp_put",
    "-a",
    "unix",
    "-t",
    "20",
    join(local, "in"),
    "SERVER",
    "/f",
  ]);
  assertEquals(refused.ok, false);
  assertStringIncludes(refused.out, "Permission denied");
});

testTools("tickets carry a part of their owner's rights", async ({ local, run, shell, server }) => {
  const ticket = join(local, "ticket");
  const words = ["-o", ticket, "-bits", "1024", "-duration", "600", "/", "rl"];
  await shell("ticket_create", ...words);
  const withTicket = (...command: string[]) =>
    run(["chirp", "-a", "ticket", "-i", ticket, "-t", "5", "SERVER", ...command]);
  assertMatch((await withTicket("whoami")).out, /^address:127.0.0.1/);
  assertEquals((await withTicket("ls", "/")).ok, true);
  assertEquals((await withTicket("mkdir", "/d")).ok, false);
  await shell("ticket_modify", ticket, "/", "rwl");
  assertEquals((await withTicket("mkdir", "/d")).ok, true);
  assertMatch(await shell("ticket_list"), /^ticket:[0-9a-f]{32}\n/);
  assertMatch(await shell("ticket_get", ticket), /^address:127.0.0.1\n[^]*\n\/ rwl\n/);
  using client = await RawClient.connect(server.port);
  const name = (await shell("ticket_list")).trim();
  const file = `/.__ticket.${name.slice("ticket:".length)}`;
  const changes = [
    `putfile ${file} 420 0`,
    `unlink ${file}`,
    `rename ${file} /x`,
    `truncate ${file} 0`,
  ];
  assertEquals(await client.ask(`${changes.join("\n")}\n`), "-2\n-2\n-2\n-2\n");
  await shell("ticket_delete", ticket);
  assertEquals((await withTicket("whoami")).ok, false);
});

testTools("one server puts a tree on another", async ({ server, shell }) => {
  await using other = await startChirpServer({ rootAcl: "hostname:* rwldax\naddress:* rwldax\n" });
  await using sender = await startChirpServer({ outgoing: true, rootAcl: RIGHTS });
  using client = await RawClient.connect(sender.port);
  await client.ask("mkdir /d 0\nputfile /d/f 420 5\nhellosymlink f /d/l\nsetacl /d unix:bob rl\n");
  const target = `127.0.0.1:${other.port}`;
  assertEquals(await client.ask(`thirdput /d ${target} /copy\n`), "5\n");
  assertEquals(await client.ask(`whoareyou ${target} 100\n`), "18\nhostname:localhost");
  assertEquals(await client.ask(`thirdput /none ${target} /x\n`), "-3\n");
  using reader = await RawClient.connect(other.port);
  assertEquals(await reader.ask("getfile /copy/l\n"), "5\nhello");
  assertStringIncludes(await reader.ask("getacl /copy\n"), "unix:bob rl\n");
  using refused = await RawClient.connect(server.port);
  assertEquals(await refused.ask(`thirdput / ${target} /x\n`), "-23\n");
  assertMatch(await shell("whoami"), /^address:/);
});

/** Numbers that differ by nature: inodes, owners, times, sizes of directories, room on the disk. */
function comparable(request: string, answer: string): string {
  const plain = answer
    .replaceAll(
      /^\d+ \d+ (\d+) \d+ \d+ \d+ \d+ (\d+)( \d+){5}$/gm,
      (_, mode, size) =>
        (Number(mode) & 0o170000) === 0o040000 ? `directory ${mode}` : `${mode} ${size}`,
    )
    .replaceAll(/^(\d+ ){6}\d+$/gm, "room");
  return /^(get(long)?dir|search)/.test(request) ? plain.split("\n").sort().join("\n") : plain;
}

Deno.test({
  name: `one script, the same answers as chirp_server${
    HAS_CHIRP_SERVER ? "" : " (needs chirp_server)"
  }`,
  ignore: !HAS_CHIRP_SERVER,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await using real = await startRealServer(RIGHTS);
      await using onFolder = await startChirpServer({ root: folder, rootAcl: RIGHTS });
      await using inMemory = await startChirpServer({ rootAcl: RIGHTS });
      using client = await RawClient.connect(real.port);
      using folderClient = await RawClient.connect(onFolder.port);
      using memoryClient = await RawClient.connect(inMemory.port);
      for (const line of SCRIPT) {
        const request = line.includes("|") ? line.replace("|", "\n") : `${line}\n`;
        const expected = comparable(line, await client.ask(request));
        assertEquals(
          comparable(line, await folderClient.ask(request)),
          expected,
          `folder: ${line}`,
        );
        assertEquals(
          comparable(line, await memoryClient.ask(request)),
          expected,
          `memory: ${line}`,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Where our server means to differ, each with the real answer and ours. */
const DIFFERENCES: [why: string, setUp: string, request: string, real: RegExp, ours: RegExp][] = [
  [
    "a list is replaced with the right a only",
    "putfile /f 420 0\n",
    "rename /f /.__acl\n",
    /^0/,
    /^-2/,
  ],
  [
    "d counts in the directory itself",
    "mkdir /o 0\nputfile /o/f 420 0\nsetacl /o address:127.0.0.1 rl\n",
    "unlink /o/f\n",
    /^0/,
    /^-2/,
  ],
  ["a name too long is told as one", "", `getdir /${"n".repeat(256)}\n`, /^-3/, /^-24/],
  [
    "a missing attribute ends no tool's patience",
    "putfile /f 420 0\n",
    "getxattr /f user.x\n",
    /^-127/,
    /^-3/,
  ],
  ["a name that no listing can carry is not made", "", "mkdir /a%0Ab 0\n", /^0/, /^-8/],
  ["the name of a request ends at a blank", "", "stat/\n", /^0/, /^-8/],
  [
    "the root cannot be emptied",
    "putfile /f 420 0\n",
    "rmall /\ngetfile /f\n",
    /^-8\n-2/,
    /^-8\n0/,
  ],
];

for (const [why, setUp, request, expected, ours] of DIFFERENCES) {
  Deno.test({
    name: `unlike chirp_server: ${why}${HAS_CHIRP_SERVER ? "" : " (needs chirp_server)"}`,
    ignore: !HAS_CHIRP_SERVER,
    async fn() {
      await using real = await startRealServer("address:127.0.0.1 rwldax\n");
      await using server = await startChirpServer({ rootAcl: "address:127.0.0.1 rwldax\n" });
      using realClient = await RawClient.connect(real.port);
      using client = await RawClient.connect(server.port);
      for (const it of [realClient, client]) if (setUp !== "") await it.ask(setUp);
      assertMatch(await realClient.ask(request), expected);
      assertMatch(await client.ask(request), ours);
    },
  });
}

Deno.test({
  name: `a folder moves between chirp_server and ours${
    HAS_CHIRP_SERVER ? "" : " (needs chirp_server)"
  }`,
  ignore: !HAS_CHIRP_SERVER,
  async fn() {
    await using real = await startRealServer(RIGHTS);
    using client = await RawClient.connect(real.port);
    await client.ask("mkdir /d 0\nsetacl /d unix:bob v(rwl)\nputfile /d/f 420 5\nhello");
    {
      await using ours = await startChirpServer({ root: real.root });
      using other = await RawClient.connect(ours.port);
      assertEquals(await other.ask("getacl /d\n"), await client.ask("getacl /d\n"));
      assertEquals(await other.ask("getfile /d/f\n"), "5\nhello");
      await other.ask("setacl /d unix:eve rl\nrename /d/f /d/g\n");
    }
    await real.takeOver();
    assertStringIncludes(await client.ask("getdir /d\n"), "g\n");
    assertStringIncludes(await client.ask("getacl /d\n"), "unix:eve rl\n");
  },
});
