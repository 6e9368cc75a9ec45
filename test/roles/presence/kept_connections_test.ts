import { assertEquals } from "@std/assert";
import { keptConnections } from "../../../roles/presence/kept_connections.ts";

Deno.test("keptConnections() gives back what it was given, and nothing of a broken file", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const kept = keptConnections(`${directory}/open.json`);
    assertEquals(await kept.load(), new Map());
    const open = new Map([["agent@site/r", "u1"], ["__proto__@site", "u2"]]);
    await kept.save(open);
    assertEquals(await kept.load(), open);
    for (const text of ['{"agent@site/r":', "null", '{"agent@site/r":7}']) {
      await Deno.writeTextFile(`${directory}/open.json`, text);
      assertEquals(await kept.load(), new Map(), text);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
