import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { connectChirp } from "../../../lib/chirp/client.ts";
import { seededRandom } from "../../../lib/random.ts";
import { assertFails, namesIn, withPeer } from "./_fixture.ts";
import { answering, type PeerScript } from "./_scripted_peer.ts";
import { TestClock } from "./_test_clock.ts";
import { eventually } from "../../_eventually.ts";

const WHOAMI = { "whoami 1024": "17\naddress:127.0.0.1" };
const IDENTITY = "address:127.0.0.1";

/** Authenticates, reads a line, then closes. */
const hangUp: PeerScript = async (peer) => {
  await peer.authenticate();
  await peer.readLine();
};

/** Authenticates, reads a line, then says nothing until the client closes. */
const stall: PeerScript = async (peer) => {
  await peer.authenticate();
  while (await peer.readLine() !== undefined);
};

/** Stores a file; how much of its bytes is read before the connection is closed can be limited. */
function storing(lengthBytes: number, readBytes = lengthBytes): PeerScript {
  return async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("0\n");
    await peer.readBytes(readBytes);
    if (readBytes === lengthBytes) await peer.reply(`${lengthBytes}\n`);
    if (readBytes === lengthBytes) await peer.readLine();
  };
}

Deno.test("connectChirp() connects with the first request and keeps the connection", async () => {
  await withPeer([answering(WHOAMI)], async ({ client, peer }) => {
    assertEquals(peer.connections, 0);
    assertEquals(await client.whoami(), IDENTITY);
    assertEquals(await client.whoami(), IDENTITY);
    assertEquals(peer.connections, 1);
  });
});

Deno.test("requests made at once are sent one after the other", async () => {
  const answers = { "rename /a /b": "0\n", "rename /b /c": "0\n", "unlink /c": "0\n" };
  await withPeer([answering(answers)], async ({ client, peer }) => {
    await Promise.all([
      client.rename("/a", "/b"),
      client.rename("/b", "/c"),
      client.unlink("/c"),
    ]);
    assertEquals(peer.lines, ["address", "rename /a /b", "rename /b /c", "unlink /c"]);
    assertEquals(peer.connections, 1);
  });
});

Deno.test("a refused port is tried again with growing, jittered waits", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const clock = new TestClock(10_000);
  await using client = connectChirp({
    host: "127.0.0.1",
    port,
    clock,
    random: seededRandom(1),
    retries: 4,
    retryDelayMs: 100,
  });
  await assertFails("unreachable", () => client.whoami(), `chirp://127.0.0.1:${port}`);
  assertEquals(clock.waits.length, 4);
  for (const [attempt, waitMs] of clock.waits.entries()) {
    const fullMs = 100 * 2 ** attempt;
    assert(waitMs >= fullMs / 2 && waitMs <= fullMs, `${waitMs} ms for ${fullMs}`);
  }
  assertEquals(clock.watched, 0);
});

Deno.test("a lost answer is asked for again on a fresh connection", async () => {
  await withPeer([hangUp, hangUp, answering(WHOAMI)], async ({ client, peer, clock }) => {
    assertEquals(await client.whoami(), IDENTITY);
    assertEquals([peer.connections, clock.waits.length], [3, 2]);
  });
});

Deno.test("retries end", async () => {
  await withPeer([hangUp], async ({ client, peer }) => {
    await assertFails("disconnected", () => client.whoami(), "ask for the identity");
    assertEquals(peer.connections, 3);
  }, { retries: 2 });
});

Deno.test("what must not be done twice is not repeated once it was sent", async () => {
  await withPeer([hangUp], async ({ client, peer }) => {
    await assertFails("disconnected", () => client.mkdir("/d"), "make directory /d");
    await assertFails("disconnected", () => client.rename("/a", "/b"), "rename /a to /b");
    await assertFails("disconnected", () => client.remove("/d"), "remove /d");
    assertEquals(peer.lines.filter((line) => line !== "address").length, 3);
  });
});

Deno.test("what must not be done twice is tried again as long as it was not sent", async () => {
  const early: PeerScript = async (peer) => void await peer.readLine();
  const scripts = [early, early, answering({ "mkdir /d 493": "0\n" })];
  await withPeer(scripts, async ({ client, peer }) => {
    await client.mkdir("/d");
    assertEquals(peer.connections, 3);
  });
});

Deno.test("an answer that asks to come again is obeyed", async () => {
  const scripts = [answering({ "mkdir /d 493": "-10\n" }), answering({ "mkdir /d 493": "0\n" })];
  await withPeer(scripts, async ({ client, peer }) => {
    await client.mkdir("/d");
    assertEquals(peer.connections, 2);
  });
});

Deno.test("a refusal leaves the connection in use", async () => {
  await withPeer([answering({ ...WHOAMI, "stat /no": "-3\n" })], async ({ client, peer }) => {
    await assertFails("not-found", () => client.stat("/no"), "/no");
    await client.whoami();
    assertEquals(peer.connections, 1);
  });
});

Deno.test("get() begins again where the answer broke off, and leaves no rest behind", async () => {
  const cut: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("10\n12345");
  };
  await withPeer([cut, answering({ "getfile /f": "10\n1234567890" })], async (scene) => {
    const seen: number[] = [];
    const onProgress = ({ bytes }: { bytes: number }) => seen.push(bytes);
    await scene.client.get("/f", join(scene.local, "f"), { onProgress });
    assertEquals(await Deno.readTextFile(join(scene.local, "f")), "1234567890");
    assertEquals(await namesIn(scene.local), ["f"]);
    assertEquals(seen, [0, 0, 10]);
  });
  await withPeer([cut], async ({ client, local }) => {
    await assertFails("disconnected", () => client.get("/f", join(local, "f")), "get /f");
    assertEquals(await namesIn(local), []);
  }, { retries: 1 });
});

Deno.test("put() sends the whole file again where the connection broke", async () => {
  await withPeer([storing(10, 3), storing(10)], async ({ client, peer, local }) => {
    await Deno.writeTextFile(join(local, "f"), "0123456789", { mode: 0o600 });
    await client.put(join(local, "f"), "/f");
    assertEquals(peer.connections, 2);
    assertEquals(peer.lines.filter((line) => line === "putfile /f 384 10").length, 2);
  });
});

Deno.test("put() waits for the server to delete the rest of its broken upload", async () => {
  const exists = answering({ "putfile /f 384 10": "-4\n" });
  const scripts = [storing(10, 3), exists, exists, storing(10)];
  await withPeer(scripts, async ({ client, peer, local }) => {
    await Deno.writeTextFile(join(local, "f"), "0123456789", { mode: 0o600 });
    await client.put(join(local, "f"), "/f");
    assertGreaterOrEqual(peer.lines.filter((line) => line.startsWith("putfile")).length, 4);
  });
  await withPeer([exists], async ({ client, peer, local }) => {
    await Deno.writeTextFile(join(local, "f"), "0123456789", { mode: 0o600 });
    await assertFails("already-exists", () => client.put(join(local, "f"), "/f"), "/f");
    assertEquals(peer.lines.length, 2);
  });
});

Deno.test("put() sends nothing to a server that refuses", async () => {
  const refusing: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("-2\n");
    assertEquals(await peer.readLine(), "whoami 1024");
    await peer.reply(WHOAMI["whoami 1024"]);
  };
  await withPeer([refusing], async ({ client, local }) => {
    await Deno.writeTextFile(join(local, "f"), "rmall /\n");
    await assertFails("not-authorized", () => client.put(join(local, "f"), "/f"), "/f");
    await client.whoami();
  });
});

Deno.test("a stalled server times out, for reads and in the middle of a file", async () => {
  await withPeer([stall], async ({ client, peer, clock }) => {
    const failing = assertFails("timed-out", () => client.whoami(), "stalled for 60000 ms");
    await eventually("the request", () => peer.lines.length === 2);
    clock.expire(59_999);
    clock.expire(1);
    await failing;
  }, { retries: 0 });
  const half: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("10\n12345");
    await peer.readLine();
  };
  await withPeer([half], async ({ client, local, clock }) => {
    const failing = assertFails("timed-out", () => client.get("/f", join(local, "f")), "/f");
    await eventually("the file", async () => (await namesIn(local)).length === 1);
    clock.expire(60_000);
    await failing;
    assertEquals(await namesIn(local), []);
  }, { retries: 0 });
});

Deno.test("an aborted request ends with the reason, in the queue too", async () => {
  await withPeer([stall, answering(WHOAMI)], async ({ client, peer, local }) => {
    const control = new AbortController();
    const { signal } = control;
    const reason = new Error("Enough");
    const first = assertRejects(
      () => client.get("/f", join(local, "f"), { signal }),
      Error,
      "Enough",
    );
    const queued = new AbortController();
    const second = client.get("/g", join(local, "g"), { signal: queued.signal });
    const secondFails = assertRejects(() => second, Error, "Not even begun");
    await eventually("the request", () => peer.lines.length === 2);
    queued.abort(new Error("Not even begun"));
    await secondFails;
    control.abort(reason);
    await first;
    assertEquals(await client.whoami(), IDENTITY);
    assertEquals(peer.lines.includes("getfile /g"), false);
  });
});

Deno.test("closing the client breaks off what is under way and what waits", async () => {
  await withPeer([stall], async ({ client, peer }) => {
    const failing = Promise.all([
      assertFails("disconnected", () => client.whoami(), "the client is closed"),
      assertFails("disconnected", () => client.stat("/f"), "stat /f"),
    ]);
    await eventually("the request", () => peer.lines.length === 2);
    await client[Symbol.asyncDispose]();
    await failing;
    await assertFails("disconnected", () => client.whoami(), "the client is closed");
  });
});

Deno.test("the signal of a client ends it with the signal's reason", async () => {
  const control = new AbortController();
  await withPeer([stall], async ({ client, peer }) => {
    const failing = assertRejects(() => client.whoami(), Error, "Shutting down");
    await eventually("the request", () => peer.lines.length === 2);
    control.abort(new Error("Shutting down"));
    await failing;
    await assertRejects(() => client.whoami(), Error, "Shutting down");
  }, { signal: control.signal });
});

Deno.test("a connection that was idle for long is replaced before it is used", async () => {
  await withPeer([answering(WHOAMI)], async ({ client, peer, clock }) => {
    await client.whoami();
    clock.expire(30_000);
    await client.whoami();
    assertEquals(peer.connections, 1);
    clock.expire(30_001);
    await client.whoami();
    assertEquals(peer.connections, 2);
  });
});

Deno.test("an open file keeps its connection, and is lost with it", async () => {
  const opening: PeerScript = async (peer) => {
    await peer.authenticate();
    await peer.readLine();
    await peer.reply("3\n1 2 33188 1 0 0 0 4 4096 8 1 1 1\n");
    assertEquals(await peer.readLine(), "fsync 3");
    await peer.reply("0\n");
    assertEquals(await peer.readLine(), "pread 3 4 0");
  };
  await withPeer([opening, answering(WHOAMI)], async ({ client, clock, peer }) => {
    await using file = await client.open("/f");
    clock.expire(60_000);
    await file.sync();
    await assertFails("disconnected", () => file.read(new Uint8Array(4), 0), "read /f");
    await assertFails("disconnected", () => file.sync(), "its connection was lost");
    await client.whoami();
    assertEquals(peer.connections, 2);
  });
});

Deno.test("answers that are none end the connection as a breach of the protocol", async () => {
  const stat = (answer: string) => answering({ "stat /f": answer });
  for (const answer of ["hello\n", "\n", "0\n1 2 3\n", "99999999999999999999\n"]) {
    await withPeer([stat(answer)], async ({ client, peer }) => {
      await assertFails("protocol", () => client.stat("/f"), "/f");
      assertEquals(peer.connections, 1);
    });
  }
  const long = answering({ "stat /f": "0".repeat(5000) });
  await withPeer([long], async ({ client }) => {
    await assertFails("protocol", () => client.stat("/f"), "over 4096 bytes");
  });
});

Deno.test("listings are bounded and their names are checked", async () => {
  const listing = (...names: string[]) =>
    answering({ "getdir /": `0\n${names.map((name) => `${name}\n`).join("")}\n` });
  await withPeer([listing(".", "..", "b", "a")], async ({ client }) => {
    assertEquals(await client.list("/"), ["a", "b"]);
  }, { maxEntries: 4 });
  await withPeer([listing("a", "b", "c")], async ({ client }) => {
    await assertFails("protocol", () => client.list("/"), "more than 2 lines");
  }, { maxEntries: 2 });
  await withPeer([listing("../../etc/passwd")], async ({ client }) => {
    await assertFails("protocol", () => client.list("/"), "etc/passwd");
  });
});
