import { assertEquals, assertRejects } from "@std/assert";
import {
  leaseDirectory,
  makeInputDirectory,
  makeOutputDirectory,
} from "../../../lib/jobs/chirp_folder.ts";
import { UnsafePathError } from "../../../lib/machine/workspace.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";

const ANYONE = "hostname:* p\naddress:* p\n";
const SHARED = "hostname:* rlp\naddress:* rlp\n";

async function outputAcl(
  folder: MemoryWorkspace,
  directory: string,
  more: { inputDir?: string; agentIp?: string } = {},
): Promise<string> {
  const { inputDir = "", agentIp } = more;
  await makeOutputDirectory(folder, { directory, inputDir, agentIp });
  return await folder.readText(`${directory}/.__acl`);
}

Deno.test("makeInputDirectory() lets everyone list and read, as the original", async () => {
  const folder = new MemoryWorkspace();
  await makeInputDirectory(folder, "one/deep");
  assertEquals(await folder.readText("one/deep/.__acl"), "address:* rl\nhostname:* rl\n");
  assertEquals(await folder.mode("one/deep"), 0o777);
});

Deno.test("makeOutputDirectory() lets everyone write once, and nothing else", async () => {
  const folder = new MemoryWorkspace();
  assertEquals(await outputAcl(folder, "one.1"), ANYONE);
  assertEquals(await folder.mode("one.1"), 0o777);
});

Deno.test("makeOutputDirectory() lets one address write where it is known", async () => {
  const folder = new MemoryWorkspace();
  for (const agentIp of ["192.0.2.7", "2001:db8::7"]) {
    assertEquals(await outputAcl(folder, "one.1", { agentIp }), `address:${agentIp} p\n`);
  }
  for (const agentIp of ["todo", "*", "", "192.0.2.7 rwl", "1\nhostname:* rwlda"]) {
    assertEquals(await outputAcl(folder, "one.1", { agentIp }), ANYONE);
  }
});

Deno.test("makeOutputDirectory() leaves input readable, the job's own and any other's", async () => {
  const folder = new MemoryWorkspace();
  const own = { inputDir: "one", agentIp: "192.0.2.7" };
  assertEquals(await outputAcl(folder, "one", own), SHARED);
  await makeInputDirectory(folder, "two.input");
  assertEquals(await outputAcl(folder, "two.input"), SHARED);
  assertEquals(await outputAcl(folder, "two.input"), SHARED);
});

Deno.test("makeOutputDirectory() narrows what a manager of the original left open", async () => {
  const folder = new MemoryWorkspace();
  await folder.makeDirectory("one");
  await folder.writeText("one/.__acl", "hostname:* rwl\naddress:* rwl\n\n");
  assertEquals(await outputAcl(folder, "one"), ANYONE);
});

Deno.test("makeOutputDirectory() stays inside the folder", async () => {
  const folder = new MemoryWorkspace();
  for (const directory of ["../x", "/etc", "a\0b"]) {
    const place = { directory, inputDir: "", agentIp: undefined };
    await assertRejects(() => makeOutputDirectory(folder, place), UnsafePathError);
  }
});

Deno.test("leaseDirectory() bears the job's id and the token", () => {
  assertEquals(leaseDirectory("one", 7), "one.7");
});
