import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { claimFolder } from "../../../lib/machine/own_folder.ts";
import { seededRandom } from "../../../lib/random.ts";

const random = seededRandom(1);
const options = { prefix: "agent-", random };

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_own_" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A process that claims a folder, puts a file into it and is killed. */
async function claimAndBeKilled(parent: string): Promise<void> {
  const module = new URL("../../../lib/machine/own_folder.ts", import.meta.url);
  const randomModule = new URL("../../../lib/random.ts", import.meta.url);
  const script = `
    import { claimFolder } from ${JSON.stringify(module.href)};
    import { systemRandom } from ${JSON.stringify(randomModule.href)};
    const { path } = claimFolder(Deno.args[0], { prefix: "agent-", random: systemRandom });
    Deno.writeTextFileSync(path + "/output", "half a job");
    Deno.kill(Deno.pid, "SIGKILL");`;
  const file = join(parent, "claim.ts");
  await Deno.writeTextFile(file, script);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--config", config, file, parent],
  }).output();
  await Deno.remove(file);
  assertEquals(signal, "SIGKILL");
}

Deno.test("a folder of one's own goes with its owner", async () => {
  await withFolder((parent) => {
    {
      using own = claimFolder(join(parent, "work"), options);
      assertMatch(own.path, /\/work\/agent-[0-9a-f]{16}$/);
      Deno.writeTextFileSync(join(own.path, "output"), "");
    }
    assertEquals(namesIn(join(parent, "work")), []);
  });
});

Deno.test("what a killed owner left is removed by the next; what the living hold stays", async () => {
  await withFolder(async (parent) => {
    using living = claimFolder(parent, options);
    await Deno.writeTextFile(join(living.path, "output"), "");
    await claimAndBeKilled(parent);
    assertEquals(namesIn(parent).length, 4);
    using next = claimFolder(parent, options);
    assertNotEquals(next.path, living.path);
    assertEquals(namesIn(living.path), ["output"]);
    assertEquals(namesIn(parent).length, 4);
  });
});

Deno.test("what is to be kept is kept, and other names are left alone", async () => {
  await withFolder(async (parent) => {
    await Deno.mkdir(join(parent, "somebody-else"));
    await Deno.writeTextFile(join(parent, "somebody-else.lock"), "");
    await claimAndBeKilled(parent);
    {
      using _kept = claimFolder(parent, { ...options, keep: true });
    }
    assertEquals(namesIn(parent).length, 6);
    using own = claimFolder(parent, options);
    const name = own.path.slice(parent.length + 1);
    assertEquals(namesIn(parent), [name, `${name}.lock`, "somebody-else", "somebody-else.lock"]);
  });
});
