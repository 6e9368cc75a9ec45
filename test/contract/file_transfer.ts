/**
 * What every {@linkcode FileTransfer} must do, whatever stands behind it.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import {
  type FileTransfer,
  FileTransferError,
  type FileTransferErrorCode,
  type TransferProgress,
} from "../../lib/chirp/file_transfer.ts";

/** A file server for one test; disposing of it ends all that was started. */
export interface FileTransferFixture extends AsyncDisposable {
  /** A client that has all rights in an empty root; closed by the suite. */
  readonly transfer: FileTransfer;
}

/** What a test of the suite is given. */
interface Scene {
  readonly transfer: FileTransfer;
  /** An empty local directory. */
  readonly local: string;
}

/**
 * Registers the suite.
 *
 * @param name Name of the implementation, the beginning of each test's name.
 * @param open Makes a server with an empty root, once for each test.
 */
export function fileTransferContract(
  name: string,
  open: () => Promise<FileTransferFixture>,
): void {
  const test = (what: string, run: (scene: Scene) => Promise<void>) => {
    Deno.test(`${name}: ${what}`, async () => {
      const local = await Deno.makeTempDir({ prefix: "transfer-" });
      try {
        await using fixture = await open();
        await using transfer = fixture.transfer;
        await run({ transfer, local });
      } finally {
        await Deno.remove(local, { recursive: true });
      }
    });
  };
  for (
    const group of [identityTests, fileTests, failureTests, directoryTests, treeTests, aclTests]
  ) {
    for (const [what, run] of Object.entries(group)) test(what, run);
  }
}

type Tests = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

const MIB = 1024 * 1024;

const ODD_NAMES = [
  "plain.txt",
  "with blank",
  "100%",
  "%41",
  "quote\"'`",
  "<angle>\\{brace}|~",
  "+&?#;=@!$^*(),[]:",
  ".hidden",
  "...",
  "-rf",
  "ä",
  "日本語",
  "Ünïcödé😀",
  "tab\there",
];

const identityTests: Tests = {
  "whoami() gives a method and a subject": async ({ transfer }) => {
    assertMatch(await transfer.whoami(), /^[a-z]+:\S+$/);
  },

  "requests made at once are each answered": async ({ transfer, local }) => {
    const indices = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(indices.map(async (index) => {
      const path = join(local, `${index}`);
      await Deno.writeTextFile(path, "x".repeat(index));
      await transfer.put(path, `/${index}`);
    }));
    const sizes = await Promise.all(indices.map((index) => transfer.stat(`/${index}`)));
    assertEquals(sizes.map(({ size }) => size), indices);
  },

  "a closed client refuses": async ({ transfer }) => {
    await transfer.whoami();
    await transfer[Symbol.asyncDispose]();
    await assertFails("disconnected", () => transfer.whoami());
  },
};

const fileTests: Tests = {
  "put() and get() keep every byte": async ({ transfer, local }) => {
    for (const size of [0, 1, 65_536, MIB - 1, 3 * MIB + 7]) {
      const bytes = pattern(size);
      await Deno.writeFile(join(local, "up"), bytes);
      await transfer.put(join(local, "up"), `/${size}`);
      assertEquals((await transfer.stat(`/${size}`)).size, size);
      await transfer.get(`/${size}`, join(local, "down"));
      assert(equal(await Deno.readFile(join(local, "down")), bytes), `${size} bytes differ`);
    }
  },

  "put() and get() replace what was there": async ({ transfer, local }) => {
    for (const text of ["a longer text", "short"]) {
      await Deno.writeTextFile(join(local, "up"), text);
      await transfer.put(join(local, "up"), "/f");
      await transfer.get("/f", join(local, "down"));
      assertEquals(await Deno.readTextFile(join(local, "down")), text);
    }
    assertEquals(await namesIn(local), ["down", "up"]);
  },

  "odd names are kept": async ({ transfer, local }) => {
    for (const name of ODD_NAMES) {
      await Deno.writeTextFile(join(local, "up"), name);
      await transfer.put(join(local, "up"), `/${name}`);
    }
    assertEquals(await transfer.list("/"), ODD_NAMES.toSorted());
    for (const name of ODD_NAMES) {
      await transfer.get(`/${name}`, join(local, "down"));
      assertEquals(await Deno.readTextFile(join(local, "down")), name);
    }
  },

  "paths are confined to the root": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "confined");
    await transfer.put(join(local, "up"), "/../../f");
    for (const path of ["f", "./f", "//f", "/../f", "/no/../f"]) {
      assertEquals((await transfer.stat(path)).size, 8, path);
    }
  },

  "progress is told at the start, on the way and at the end": async ({ transfer, local }) => {
    const totalBytes = 4 * MIB + 1;
    await Deno.writeFile(join(local, "up"), pattern(totalBytes));
    const seen: TransferProgress[] = [];
    const onProgress = (progress: TransferProgress) => seen.push(progress);
    await transfer.put(join(local, "up"), "/big", { onProgress });
    assertSteps(seen.splice(0), "/big", totalBytes);
    await transfer.get("/big", join(local, "down"), { onProgress });
    assertSteps(seen, "/big", totalBytes);
  },

  "an aborted transfer gives the signal's reason and leaves the client usable": async (
    { transfer, local },
  ) => {
    await Deno.writeFile(join(local, "up"), pattern(8 * MIB));
    await transfer.put(join(local, "up"), "/big");
    const attempts = [
      (options: object) => transfer.get("/big", join(local, "down"), options),
      (options: object) => transfer.put(join(local, "up"), "/other", options),
    ];
    for (const attempt of attempts) {
      const reason = new Error("Changed my mind");
      const early = await rejection(attempt({ signal: AbortSignal.abort(reason) }));
      assertEquals(early, reason);
      const control = new AbortController();
      const onProgress = ({ bytes }: TransferProgress) => {
        if (bytes > 0) control.abort(reason);
      };
      const late = await rejection(attempt({ signal: control.signal, onProgress }));
      assertEquals(late, reason);
    }
    assertEquals(await namesIn(local), ["up"]);
    assertEquals((await transfer.stat("/big")).size, 8 * MIB);
  },
};

const failureTests: Tests = {
  "what is missing is not-found": async ({ transfer, local }) => {
    await assertFails("not-found", () => transfer.get("/no", join(local, "down")), "/no");
    await assertFails("not-found", () => transfer.stat("/no"), "/no");
    await assertFails("not-found", () => transfer.list("/no"), "/no");
    await assertFails("not-found", () => transfer.remove("/no"), "/no");
    await assertFails("not-found", () => transfer.rename("/no", "/other"), "/no");
    await assertFails("not-found", () => transfer.put(join(local, "no"), "/f"), join(local, "no"));
    assertEquals(await namesIn(local), []);
  },

  "a directory is no file": async ({ transfer, local }) => {
    await transfer.mkdir("/d");
    await Deno.writeTextFile(join(local, "up"), "text");
    await assertFails("is-directory", () => transfer.get("/d", join(local, "down")), "/d");
    await assertFails("is-directory", () => transfer.put(join(local, "up"), "/d"), "/d");
    await assertFails("is-directory", () => transfer.put(local, "/f"), local);
    await transfer.put(join(local, "up"), "/f");
    await assertFails("is-directory", () => transfer.get("/f", local), local);
  },

  "a get without local parent fails and leaves the client usable": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/f");
    await assertFails("not-found", () => transfer.get("/f", join(local, "no", "down")), "/f");
    await transfer.get("/f", join(local, "down"));
  },

  "words that the protocol cannot carry are refused": async ({ transfer }) => {
    await assertFails("invalid-request", () => transfer.stat("/a\0b"));
    await assertFails("invalid-request", () => transfer.setAcl("/", "two words", "rl"));
    await assertFails("invalid-request", () => transfer.setAcl("/", "unix:*", "rl\n"));
    await assertFails("invalid-request", () => transfer.stat(`/${"d/".repeat(600)}f`));
    await assertFails("name-too-long", () => transfer.stat(`/${"n".repeat(300)}`));
    await transfer.whoami();
  },

  "the root cannot be removed": async ({ transfer }) => {
    await transfer.mkdir("/d");
    for (const path of ["/", "", ".", "/d/.."]) {
      await assertFails("invalid-request", () => transfer.remove(path));
    }
    assertEquals(await transfer.list("/"), ["d"]);
  },
};

const directoryTests: Tests = {
  "mkdir() makes directories that stat() and list() know": async ({ transfer }) => {
    await transfer.mkdir("/d");
    await transfer.mkdir("/d/e");
    assertEquals((await transfer.stat("/d")).kind, "directory");
    assertEquals(await transfer.list("/d"), ["e"]);
    assertEquals(await transfer.list("/d/e"), []);
    await assertFails("already-exists", () => transfer.mkdir("/d"), "/d");
  },

  "stat() tells kind, size, mode and time": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "#!/bin/sh\n", { mode: 0o755 });
    const before = await Deno.stat(join(local, "up"));
    await transfer.put(join(local, "up"), "/f");
    const { kind, size, mode, modifiedMs } = await transfer.stat("/f");
    assertEquals([kind, size, mode & 0o700], ["file", 10, 0o700]);
    const startedMs = before.mtime?.getTime() ?? 0;
    assertGreater(modifiedMs, startedMs - 2000);
    assertGreater(startedMs + 600_000, modifiedMs);
  },

  "list() sorts": async ({ transfer }) => {
    for (const name of ["b", "a", "C", "10", "9"]) await transfer.mkdir(`/${name}`);
    assertEquals(await transfer.list("/"), ["10", "9", "C", "a", "b"]);
  },

  "remove() takes files and whole directories": async ({ transfer, local }) => {
    await transfer.mkdir("/d");
    await transfer.mkdir("/d/e");
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/d/e/f");
    await transfer.put(join(local, "up"), "/g");
    await transfer.remove("/d");
    await transfer.remove("/g");
    assertEquals(await transfer.list("/"), []);
  },

  "rename() moves and replaces": async ({ transfer, local }) => {
    await transfer.mkdir("/d");
    for (const name of ["one", "two"]) {
      await Deno.writeTextFile(join(local, "up"), name);
      await transfer.put(join(local, "up"), `/${name}`);
    }
    await transfer.rename("/one", "/two");
    await transfer.rename("/two", "/d/three");
    await transfer.get("/d/three", join(local, "down"));
    assertEquals(await Deno.readTextFile(join(local, "down")), "one");
    await transfer.rename("/d", "/e");
    assertEquals(await transfer.list("/"), ["e"]);
    assertEquals(await transfer.list("/e"), ["three"]);
  },
};

const treeTests: Tests = {
  "putTree() and getTree() keep directories, files, modes and links": async (
    { transfer, local },
  ) => {
    const up = join(local, "up");
    await makeTree(up);
    assertEquals(await transfer.putTree(up, "/t"), 4 + ODD_NAMES.length);
    assertEquals(await transfer.getTree("/t", join(local, "down")), 4 + ODD_NAMES.length);
    assertEquals(await describeTree(join(local, "down")), await describeTree(up));
    // Once more, onto what is there.
    assertEquals(await transfer.putTree(up, "/t"), 4 + ODD_NAMES.length);
    assertEquals(await transfer.getTree("/t", join(local, "down")), 4 + ODD_NAMES.length);
    assertEquals(await describeTree(join(local, "down")), await describeTree(up));
  },

  "many small files go up and down": async ({ transfer, local }) => {
    await Deno.mkdir(join(local, "up"));
    for (let index = 0; index < 600; index++) {
      await Deno.writeFile(join(local, "up", `${index}`), pattern(index));
    }
    const seen: TransferProgress[] = [];
    const onProgress = (progress: TransferProgress) => seen.push(progress);
    assertEquals(await transfer.putTree(join(local, "up"), "/many", { onProgress }), 600);
    assertSteps(seen.splice(0), "/many", 599 * 300);
    assertEquals(await transfer.getTree("/many", join(local, "down"), { onProgress }), 600);
    assertSteps(seen, "/many", 599 * 300);
    assertEquals(await describeTree(join(local, "down")), await describeTree(join(local, "up")));
  },

  "a tree's root must be a directory": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/f");
    await Deno.mkdir(join(local, "empty"));
    await assertFails("not-directory", () => transfer.getTree("/f", join(local, "down")));
    await assertFails("not-found", () => transfer.getTree("/no", join(local, "down")));
    await assertFails("not-directory", () => transfer.putTree(join(local, "up"), "/t"));
    await assertFails("not-directory", () => transfer.putTree(join(local, "empty"), "/f"));
    await assertFails("not-directory", () => transfer.getTree("/", join(local, "up")));
  },

  "getTree() refuses links that may lead out": async ({ transfer, local }) => {
    for (const target of ["/etc/passwd", "../secret", "d/../../secret", "d/../f", ".."]) {
      const up = await Deno.makeTempDir({ dir: local });
      await Deno.symlink(target, join(up, "link"));
      await transfer.putTree(up, "/t");
      await assertFails("invalid-request", () => transfer.getTree("/t", join(local, "down")));
      assertEquals(await namesIn(join(local, "down")), [], target);
      await transfer.remove("/t");
    }
  },

  "getTree() writes through no local link": async ({ transfer, local }) => {
    const [up, down, outside] = [join(local, "up"), join(local, "down"), join(local, "outside")];
    for (const path of [up, join(up, "d"), down, outside]) await Deno.mkdir(path);
    await Deno.writeTextFile(join(up, "d", "f"), "from the server");
    await Deno.writeTextFile(join(outside, "f"), "precious");
    await transfer.putTree(up, "/t");
    await Deno.symlink(outside, join(down, "d"));
    await assertFails("not-directory", () => transfer.getTree("/t", down));
    await Deno.remove(join(down, "d"));
    await Deno.mkdir(join(down, "d"));
    await Deno.symlink(join(outside, "f"), join(down, "d", "f"));
    await transfer.getTree("/t", down);
    assertEquals(await Deno.readTextFile(join(outside, "f")), "precious");
    assertEquals(await Deno.readTextFile(join(down, "d", "f")), "from the server");
  },
};

const aclTests: Tests = {
  "setAcl() sets, changes and removes": async ({ transfer }) => {
    await transfer.mkdir("/d");
    const inherited = await transfer.getAcl("/d");
    await transfer.setAcl("/d", "hostname:*.example.org", "rl");
    assertEquals((await transfer.getAcl("/d")).get("hostname:*.example.org"), "rl");
    await transfer.setAcl("/d", "hostname:*.example.org", "wlr");
    assertEquals((await transfer.getAcl("/d")).get("hostname:*.example.org"), "rwlp");
    await transfer.setAcl("/d", "hostname:*.example.org", "");
    assertEquals(await transfer.getAcl("/d"), inherited);
    await transfer.setAcl("/d", "hostname:*.example.org", "");
    assertEquals(await transfer.getAcl("/d"), inherited);
  },

  "rights that are missing are not-authorized": async ({ transfer, local }) => {
    const identity = await transfer.whoami();
    await transfer.mkdir("/d");
    await Deno.writeTextFile(join(local, "up"), "text");
    const [granted] = [...(await transfer.getAcl("/d")).keys()];
    assert(granted !== undefined);
    await transfer.setAcl("/d", granted, "");
    await assertFails("not-authorized", () => transfer.list("/d"), "/d");
    await assertFails("not-authorized", () => transfer.put(join(local, "up"), "/d/f"), "/d/f");
    await assertFails("not-authorized", () => transfer.setAcl("/d", identity, "rl"), "/d");
  },

  "the right to put makes new files but replaces none": async ({ transfer, local }) => {
    const identity = await transfer.whoami();
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.mkdir("/d");
    await transfer.setAcl("/d", identity, "pl");
    for (const subject of (await transfer.getAcl("/d")).keys()) {
      if (subject !== identity) await transfer.setAcl("/d", subject, "");
    }
    await transfer.put(join(local, "up"), "/d/f");
    await assertFails("already-exists", () => transfer.put(join(local, "up"), "/d/f"), "/d/f");
    assertEquals(await transfer.list("/d"), ["f"]);
  },

  "a file has no list": async ({ transfer, local }) => {
    await Deno.writeTextFile(join(local, "up"), "text");
    await transfer.put(join(local, "up"), "/f");
    await assertFails("not-directory", () => transfer.getAcl("/f"), "/f");
    await assertFails("not-found", () => transfer.getAcl("/no"), "/no");
  },
};

/** Bytes that differ from step to step. */
function pattern(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 12)) & 0xff);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

async function namesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => name).sort();
}

async function makeTree(root: string): Promise<void> {
  for (const path of ["", "/empty", "/a", "/a/b", "/a/b/empty too", "/odd"]) {
    await Deno.mkdir(`${root}${path}`);
  }
  await Deno.writeTextFile(`${root}/top`, "top");
  await Deno.writeTextFile(`${root}/zero`, "");
  await Deno.writeTextFile(`${root}/a/run`, "#!/bin/sh\n", { mode: 0o700 });
  await Deno.writeFile(`${root}/a/b/large`, pattern(2 * MIB + 5));
  for (const name of ODD_NAMES) await Deno.writeTextFile(`${root}/odd/${name}`, name);
  await Deno.symlink("top", `${root}/link`);
  await Deno.symlink("../../top", `${root}/a/b/up`);
  await Deno.symlink("nowhere/ä", `${root}/dangling`);
}

/** A line for each entry: path, kind, target or content, right to execute. */
async function describeTree(root: string, below = ""): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await namesIn(join(root, below))) {
    const path = join(below, name);
    const info = await Deno.lstat(join(root, path));
    if (info.isDirectory) lines.push(`${path}/`, ...await describeTree(root, path));
    else if (info.isSymlink) lines.push(`${path} → ${await Deno.readLink(join(root, path))}`);
    else {
      const content = await crypto.subtle.digest("SHA-1", await Deno.readFile(join(root, path)));
      const mode = (info.mode ?? 0) & 0o100 ? "executable" : "plain";
      lines.push(`${path} ${mode} ${new Uint8Array(content).toHex()}`);
    }
  }
  return lines;
}

function assertSteps(steps: TransferProgress[], path: string, totalBytes: number): void {
  assertEquals(steps.at(0), { path, bytes: 0, totalBytes });
  assertEquals(steps.at(-1), { path, bytes: totalBytes, totalBytes });
  assertEquals(steps.filter(({ bytes }) => bytes === totalBytes).length, 1);
  if (totalBytes > 4 * MIB) assertGreater(steps.length, 4);
  steps.forEach(({ bytes }, index) =>
    assert(index === 0 || bytes > (steps[index - 1]?.bytes ?? 0))
  );
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection");
}

async function assertFails(
  code: FileTransferErrorCode,
  action: () => Promise<unknown>,
  named = "Cannot",
): Promise<void> {
  const error = await assertRejects(action, FileTransferError);
  assertInstanceOf(error, FileTransferError);
  assertEquals(error.code, code, error.message);
  assertStringIncludes(error.message, named);
}
