import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { UnsafePathError } from "../../../lib/machine/workspace.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { workspaceContract } from "../../contract/workspace.ts";

/** A temporary folder that goes with its scope. */
async function temporaryFolder(parent?: string) {
  const path = await Deno.makeTempDir(parent === undefined ? {} : { dir: parent });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs a shell line in a folder and returns its standard output. */
async function shell(folder: string, line: string): Promise<string> {
  const { stdout, success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", line],
    cwd: folder,
    env: { LC_ALL: "C.UTF-8" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A folder on another file system than the temporary one, where the machine has one. */
const OTHER_FILE_SYSTEM = "/dev/shm";

/** Device number of a path; 0 where it does not exist. */
function deviceOf(path: string): number {
  try {
    return Deno.statSync(path).dev;
  } catch {
    return 0;
  }
}

const hasOtherFileSystem = ![0, deviceOf("/tmp")].includes(deviceOf(OTHER_FILE_SYSTEM));

workspaceContract("diskWorkspace()", async () => {
  const folder = await temporaryFolder();
  const workspace = diskWorkspace(`${folder.path}/work`);
  const other = diskWorkspace(`${folder.path}/other`);
  await workspace.makeDirectory(".");
  await other.makeDirectory(".");
  return {
    workspace,
    other,
    link: (path: string, target: string) => Deno.symlink(target, workspace.path(path)),
    mode: async (path: string) => ((await Deno.stat(workspace.path(path))).mode ?? 0) & 0o7777,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

Deno.test("diskWorkspace() refuses a relative root and a foreign workspace", async () => {
  assertThrows(() => diskWorkspace("work"), UnsafePathError);
  await using folder = await temporaryFolder();
  const workspace = diskWorkspace(folder.path);
  await workspace.writeText("a", "");
  await assertRejects(() => workspace.moveTo(new MemoryWorkspace(), "a", "a"), TypeError);
});

Deno.test("diskWorkspace() accepts a root that is reached through a link, and / itself", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/real`);
  await Deno.symlink("real", `${folder.path}/link`);
  await diskWorkspace(`${folder.path}/link`).writeText("file", "text");
  const whole = diskWorkspace("/");
  assertEquals(whole.path("."), "/");
  assertEquals(await whole.readText(`${folder.path.slice(1)}/real/file`), "text");
});

Deno.test("diskWorkspace() makes its root again where somebody has removed it", async () => {
  await using folder = await temporaryFolder();
  const root = `${folder.path}/root`;
  const workspace = diskWorkspace(root);
  await workspace.makeDirectory("job");
  await Deno.remove(root, { recursive: true });
  await assertRejects(() => workspace.writeText("job/file", ""), Deno.errors.NotFound);
  assertEquals(await workspace.exists("job"), false);
  await workspace.makeDirectory("job/deep");
  await workspace.writeText("job/deep/file", "text");
  assertEquals(await workspace.readText("job/deep/file"), "text");
});

Deno.test("diskWorkspace() notices a folder that has become a link since it was last used", async () => {
  await using folder = await temporaryFolder();
  const workspace = diskWorkspace(folder.path);
  await workspace.makeDirectory("job");
  await workspace.writeText("job/file", "text");
  await shell(folder.path, "rm -r job; ln -s /etc job");
  await assertRejects(() => workspace.readText("job/hostname"), UnsafePathError);
  await assertRejects(() => workspace.writeText("job/file", "text"), UnsafePathError);
});

Deno.test("diskWorkspace() leaves no temporary file when a step fails", async () => {
  await using folder = await temporaryFolder();
  const workspace = diskWorkspace(folder.path);
  await workspace.makeDirectory("taken/by/a/folder");
  await assertRejects(() => workspace.writeText("taken", ""));
  await assertRejects(() => workspace.pack("taken", "taken/by"));
  assertEquals(await shell(folder.path, "find . -name '*.part'"), "");
});

Deno.test("diskWorkspace().readText() refuses a pipe instead of waiting for it", async () => {
  await using folder = await temporaryFolder();
  await shell(folder.path, "mkfifo pipe");
  await assertRejects(() => diskWorkspace(folder.path).readText("pipe"), Deno.errors.NotSupported);
});

Deno.test({
  name: "diskWorkspace().moveTo() moves files and trees across file systems",
  ignore: !hasOtherFileSystem,
  async fn() {
    await using here = await temporaryFolder();
    await using there = await temporaryFolder(OTHER_FILE_SYSTEM);
    await shell(here.path, "echo data >file; chmod 640 file; touch -d @1000000000 file");
    await shell(here.path, "mkdir -p tree/sub; echo x >tree/sub/x; ln -s sub tree/link");
    await shell(here.path, "mkfifo tree/pipe; chmod 550 tree/sub");
    const [from, to] = [diskWorkspace(here.path), diskWorkspace(there.path)];
    await to.writeText("file", "old");
    await from.moveTo(to, "file", "file");
    await from.moveTo(to, "tree", "tree");
    assertEquals(await from.list("."), []);
    assertEquals(await to.list("."), ["file", "tree"]);
    const listing = await shell(there.path, "stat -c '%n %a %Y' file; cat file tree/link/x");
    assertEquals(listing, "file 640 1000000000\ndata\nx\n");
    assertEquals(await to.list("tree"), ["link", "sub"]);
  },
});

Deno.test("diskWorkspace().pack() writes what GNU tar reads, in the order of names", async () => {
  await using folder = await temporaryFolder();
  const workspace = diskWorkspace(folder.path);
  const long = "n".repeat(120);
  await shell(folder.path, `mkdir -p job/sub/${long}; cd job; echo in >input; echo o >stdout`);
  await shell(folder.path, `cd job; echo l >sub/${long}/${long}; echo u >Grüße; : >resources`);
  await shell(folder.path, "cd job; ln -s /etc/passwd out; mkfifo pipe; echo w >_wrapper_.sh");
  await shell(
    folder.path,
    "cd job; chmod 751 _wrapper_.sh; chmod 0 stdout; touch -d @1000000000 input",
  );
  await workspace.pack("job", "job/job.tgz");
  assertEquals(
    (await shell(folder.path, "tar tzf job/job.tgz --quoting-style=literal")).trim().split("\n"),
    [
      ["./", "./Grüße", "./_wrapper_.sh", "./input", "./out", "./resources", "./stdout", "./sub/"],
      [`./sub/${long}/`, `./sub/${long}/${long}`],
    ].flat(),
  );
  const copied = await shell(
    folder.path,
    "mkdir copy; tar xzf job/job.tgz -C copy; rm job/job.tgz job/pipe;" +
      "diff -r --no-dereference job copy; cd copy; stat -c '%n %a' _wrapper_.sh stdout;" +
      "stat -c %Y input; readlink out",
  );
  assertEquals(copied, "_wrapper_.sh 751\nstdout 0\n1000000000\n/etc/passwd\n");
});

Deno.test("diskWorkspace().unpack() reads what GNU tar writes", async () => {
  await using folder = await temporaryFolder();
  const workspace = diskWorkspace(folder.path);
  const long = "n".repeat(150);
  await shell(folder.path, `mkdir -p job/${long} gnu posix; cd job; echo a >a; ln a b; ln -s a c`);
  await shell(folder.path, `cd job; echo l >${long}/${long}; echo s >'b\\s'; chmod 4755 a`);
  for (const format of ["gnu", "posix"]) {
    await shell(folder.path, `tar czf ${format}.tgz --format=${format} -C job .`);
    await workspace.unpack(`${format}.tgz`, format);
    assertEquals(await shell(folder.path, `diff -r --no-dereference job ${format}`), "");
    assertEquals(await shell(folder.path, `stat -c '%a %h' ${format}/a`), "755 2\n");
  }
});

Deno.test("diskWorkspace().unpack() refuses what GNU tar packed to do harm", async () => {
  await using folder = await temporaryFolder();
  const workspace = diskWorkspace(`${folder.path}/work`);
  await workspace.makeDirectory("copy");
  await shell(folder.path, "echo bad >bad; mkfifo pipe; mkdir a; echo x >a/x; ln a/x linked");
  const pack = (options: string) => shell(folder.path, `tar czPf work/bad.tgz ${options} 2>&1`);
  await pack(`${folder.path}/bad`);
  await assertRejects(() => workspace.unpack("bad.tgz", "copy"), UnsafePathError, "absolute");
  await pack("--transform 's,^,../,' bad");
  await assertRejects(() => workspace.unpack("bad.tgz", "copy"), UnsafePathError, "climbs up");
  await pack("pipe");
  await assertRejects(() => workspace.unpack("bad.tgz", "copy"), Error, "a pipe");
  await pack("--transform 's,^a/x$,../bad,' a/x linked");
  await assertRejects(() => workspace.unpack("bad.tgz", "copy"), UnsafePathError);
  await pack("--transform 's,^a/x$,/etc/passwd,h' --transform 's,^a/x$,ok,r' a/x linked");
  await assertRejects(() => workspace.unpack("bad.tgz", "copy"));
  assertEquals((await workspace.list("copy")).filter((name) => name !== "ok"), []);
});

Deno.test("diskWorkspace().unpack() keeps to its limits", async () => {
  await using folder = await temporaryFolder();
  await shell(folder.path, "mkdir job copy; cd job; for i in 1 2 3 4 5; do echo 1234 >$i; done");
  await diskWorkspace(folder.path).pack("job", "job.tgz");
  const unpack = (unpackLimits: { entries?: number; totalBytes?: number }) =>
    diskWorkspace(folder.path, { unpackLimits }).unpack("job.tgz", "copy");
  await assertRejects(() => unpack({ entries: 5 }), Error, "over 5 members");
  await assertRejects(() => unpack({ totalBytes: 24 }), Error, "over 24 bytes");
  await unpack({ entries: 6, totalBytes: 25 });
});
