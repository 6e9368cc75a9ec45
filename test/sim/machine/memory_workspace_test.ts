import { assertEquals, assertThrows } from "@std/assert";
import { UnsafePathError } from "../../../lib/machine/workspace.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { workspaceContract } from "../../contract/workspace.ts";

workspaceContract("MemoryWorkspace", () => {
  const workspace = new MemoryWorkspace();
  return Promise.resolve({
    workspace,
    other: new MemoryWorkspace({ root: "/other" }),
    link: (path: string, target: string) => workspace.link(path, target),
    mode: (path: string) => workspace.mode(path),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

Deno.test("MemoryWorkspace.relativePath() is the inverse of path()", () => {
  const workspace = new MemoryWorkspace({ root: "/agents/7" });
  assertEquals(workspace.relativePath(workspace.path("job/stdout")), "job/stdout");
  assertEquals(workspace.relativePath(workspace.path(".")), ".");
  assertThrows(() => workspace.relativePath("/agents/8/job"), UnsafePathError);
  assertThrows(() => workspace.relativePath("/agents/7/../8"), UnsafePathError);
});

Deno.test("MemoryWorkspace packs and unpacks without leaving the microtask queue", async () => {
  const workspace = new MemoryWorkspace();
  await workspace.makeDirectory("job");
  await workspace.makeDirectory("copy");
  await workspace.writeBytes("job/data", crypto.getRandomValues(new Uint8Array(60_000)));
  let timersFired = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(() => {
    timersFired++;
    resolve();
  }, 0);
  await workspace.pack("job", "job.tgz");
  await workspace.unpack("job.tgz", "copy");
  assertEquals(timersFired, 0);
  assertEquals(await workspace.readBytes("copy/data"), await workspace.readBytes("job/data"));
  await promise;
});
