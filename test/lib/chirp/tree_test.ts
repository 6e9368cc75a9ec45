import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { requireLinkInside } from "../../../lib/chirp/local_tree.ts";
import { assertFails, namesIn, withPeer } from "./_fixture.ts";
import { answering, type PeerScript } from "./_scripted_peer.ts";

const TIMES = "1 1 1";
const FILE = `1 2 33188 1 0 0 0 4 4096 8 ${TIMES}`;
const DIRECTORY = `1 2 16877 2 0 0 0 4096 4096 8 ${TIMES}`;
const LINK = `1 2 41471 1 0 0 0 4 4096 0 ${TIMES}`;

/** A `getlongdir` answer. */
function listing(entries: Readonly<Record<string, string>>): string {
  return `0\n${Object.entries(entries).map(([name, stat]) => `${name}\n${stat}\n`).join("")}\n`;
}

const ROOT = { "stat /t": `0\n${DIRECTORY}\n` };

Deno.test("getTree() refuses names that would leave the folder", async () => {
  for (const name of ["../x", "a/b", "/etc/passwd", "x\0y"]) {
    const answers = { ...ROOT, "getlongdir /t": listing({ [name]: FILE }) };
    await withPeer([answering(answers)], async ({ client, local }) => {
      await assertFails("protocol", () => client.getTree("/t", join(local, "down")), "name");
      assertEquals(await namesIn(local), []);
    });
  }
});

Deno.test("getTree() refuses names that the disk could not keep", async () => {
  const odd: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply(ROOT["stat /t"]);
    await peer.readLine();
    await peer.reply(Uint8Array.of(0x30, 0x0a, 0xff, 0x0a));
    await peer.reply(`${FILE}\n\n`);
    await peer.readLine();
  };
  await withPeer([odd], async ({ client, local }) => {
    await assertFails("invalid-request", () => client.getTree("/t", join(local, "t")), "UTF-8");
  });
});

Deno.test("getTree() refuses trees that are too deep or too large", async () => {
  const deep = answering({
    ...ROOT,
    "getlongdir /t": listing({ d: DIRECTORY }),
    "getlongdir /t/d": listing({ d: DIRECTORY }),
    "getlongdir /t/d/d": listing({ d: DIRECTORY }),
  });
  await withPeer([deep], async ({ client, local }) => {
    await assertFails("too-big", () => client.getTree("/t", join(local, "t")), "deeper than 2");
    assertEquals(await namesIn(local), []);
  }, { maxDepth: 2 });
  const wide = answering({
    ...ROOT,
    "getlongdir /t": listing({ a: DIRECTORY, b: DIRECTORY }),
    "getlongdir /t/a": listing({ c: FILE, d: FILE }),
    "getlongdir /t/b": listing({}),
  });
  await withPeer([wide], async ({ client, local }) => {
    await assertFails("too-big", () => client.getTree("/t", join(local, "t")), "more than 3");
  }, { maxEntries: 3 });
});

Deno.test("getTree() asks for many files before it reads the first", async () => {
  const eager: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply(ROOT["stat /t"]);
    await peer.readLine();
    await peer.reply(listing({ a: FILE, b: FILE, c: FILE }));
    assertEquals(await peer.readLine(), "getfile /t/a");
    assertEquals(await peer.readLine(), "getfile /t/b");
    assertEquals(await peer.readLine(), "getfile /t/c");
    await peer.reply("4\naaaa4\nbb");
    await peer.reply("bb4\ncccc");
    await peer.readLine();
  };
  await withPeer([eager], async ({ client, local }) => {
    assertEquals(await client.getTree("/t", join(local, "t")), 3);
    assertEquals(await Deno.readTextFile(join(local, "t", "b")), "bbbb");
  });
});

Deno.test("getTree() fetches a batch again that broke off", async () => {
  const first: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply(ROOT["stat /t"]);
    await peer.readLine();
    await peer.reply(listing({ a: FILE, b: FILE }));
    await peer.readLine();
    await peer.reply("4\naaaa4\nbb");
  };
  const second = answering({ "getfile /t/a": "4\naaaa", "getfile /t/b": "4\nbbbb" });
  await withPeer([first, second], async ({ client, local, peer }) => {
    const seen: number[] = [];
    const onProgress = ({ bytes }: { bytes: number }) => seen.push(bytes);
    assertEquals(await client.getTree("/t", join(local, "t"), { onProgress }), 2);
    assertEquals(await Deno.readTextFile(join(local, "t", "b")), "bbbb");
    assertEquals(seen, [0, 0, 8]);
    assertEquals(peer.connections, 2);
  });
});

Deno.test("getTree() names the file that was refused", async () => {
  const answers = { ...ROOT, "getlongdir /t": listing({ a: FILE }), "getfile /t/a": "-2\n" };
  await withPeer([answering(answers)], async ({ client, local }) => {
    await assertFails("not-authorized", () => client.getTree("/t", join(local, "t")), "/t/a");
  });
});

Deno.test("getTree() makes links within the tree and refuses others", async () => {
  const linking = (target: string) =>
    answering({
      ...ROOT,
      "getlongdir /t": listing({ l: LINK }),
      "readlink /t/l 4096": `${target.length}\n${target}`,
    });
  await withPeer([linking("sub/x")], async ({ client, local }) => {
    assertEquals(await client.getTree("/t", join(local, "t")), 0);
    assertEquals(await Deno.readLink(join(local, "t", "l")), "sub/x");
  });
  for (const target of ["/etc/passwd", "..", "a/../..", "a/../b", "../t2/x"]) {
    await withPeer([linking(target)], async ({ client, local }) => {
      await assertFails("invalid-request", () => client.getTree("/t", join(local, "t")), target);
      assertEquals(await namesIn(join(local, "t")), []);
    });
  }
});

Deno.test("requireLinkInside() lets no link climb above its root", () => {
  const parts = fc.array(fc.constantFrom("..", ".", "", "a", "b"), { maxLength: 6 });
  const targets = parts.map((all) => all.join("/"));
  const depths = fc.integer({ min: 0, max: 3 });
  fc.assert(fc.property(depths, targets, (depth, target) => {
    try {
      requireLinkInside("d/".repeat(depth) + "link", target);
    } catch {
      return;
    }
    let level = depth;
    for (const name of target.split("/")) {
      if (name === "..") level--;
      else if (name !== "" && name !== ".") level++;
      assertEquals(level >= 0, true);
    }
    assertEquals(target.startsWith("/"), false);
  }));
});

Deno.test("putTree() sends no file before the server agrees to take it", async () => {
  const heard: string[] = [];
  const refusing: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("0\n");
    await peer.readLine();
    await peer.reply("-2\n");
    for (let line = await peer.readLine(); line !== undefined; line = await peer.readLine()) {
      heard.push(line);
    }
  };
  await withPeer([refusing], async ({ client, local }) => {
    await Deno.mkdir(join(local, "up"));
    await Deno.writeTextFile(join(local, "up", "a"), "rmall /\n");
    await Deno.writeTextFile(join(local, "up", "b"), "rmall /\n");
    await assertFails("not-authorized", () => client.putTree(join(local, "up"), "/t"), "/t/a");
  });
  assertEquals(heard, []);
});

Deno.test("putTree() sends the next request behind the bytes of a file", async () => {
  const storing: PeerScript = async (peer) => {
    await peer.authenticate();
    assertEquals(await peer.readLine(), "mkdir /t 493");
    await peer.reply("0\n");
    assertEquals(await peer.readLine(), "putfile /t/a 384 4");
    await peer.reply("0\n");
    assertEquals(new TextDecoder().decode(await peer.readBytes(4)), "aaaa");
    assertEquals(await peer.readLine(), "putfile /t/b 384 0");
    await peer.reply("4\n0\n0\n");
    await peer.readLine();
  };
  await withPeer([storing], async ({ client, local }) => {
    await Deno.mkdir(join(local, "up"));
    await Deno.writeTextFile(join(local, "up", "a"), "aaaa", { mode: 0o600 });
    await Deno.writeTextFile(join(local, "up", "b"), "", { mode: 0o600 });
    assertEquals(await client.putTree(join(local, "up"), "/t"), 2);
  });
});

Deno.test("putTree() goes on with the file at which the connection broke", async () => {
  const first: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("-4\n");
    await peer.readLine();
    await peer.reply(ROOT["stat /t"]);
    await peer.readLine();
    await peer.reply("0\n");
    await peer.readBytes(4);
    await peer.readLine();
    await peer.reply("4\n");
  };
  const second: PeerScript = async (peer) => {
    await peer.authenticate();
    assertEquals(await peer.readLine(), "putfile /t/b 384 4");
    await peer.reply("0\n");
    assertEquals(new TextDecoder().decode(await peer.readBytes(4)), "bbbb");
    await peer.reply("4\n");
    await peer.readLine();
  };
  await withPeer([first, second], async ({ client, local }) => {
    await Deno.mkdir(join(local, "up"));
    for (const name of ["a", "b"]) {
      await Deno.writeTextFile(join(local, "up", name), name.repeat(4), { mode: 0o600 });
    }
    const seen: number[] = [];
    const onProgress = ({ bytes }: { bytes: number }) => seen.push(bytes);
    assertEquals(await client.putTree(join(local, "up"), "/t", { onProgress }), 2);
    assertEquals(seen, [0, 4, 8]);
  });
});

Deno.test("putTree() refuses targets that the protocol cannot carry", async () => {
  await withPeer([answering({ "mkdir /t 493": "0\n" })], async ({ client, local }) => {
    await Deno.symlink("a b", join(local, "link"));
    await assertFails("invalid-request", () => client.putTree(local, "/t"), "a b");
  });
});
