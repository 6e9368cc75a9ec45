import { assert, assertEquals, assertMatch } from "@std/assert";
import { LuaScript } from "../../../lib/jobs/lua_script.ts";

const FOLDER = new URL("../../../lib/jobs/scripts/", import.meta.url);

/** Every script, with the text of its module. */
async function scripts(): Promise<{ file: string; text: string; script: LuaScript }[]> {
  const found = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name.startsWith("_")) continue;
    const module: Record<string, unknown> = await import(new URL(name, FOLDER).href);
    for (const script of Object.values(module)) {
      assert(script instanceof LuaScript, name);
      found.push({ file: name, text: await Deno.readTextFile(new URL(name, FOLDER)), script });
    }
  }
  return found;
}

Deno.test("each script bears the name of its file and says what it takes and returns", async () => {
  for (const { file, text, script } of await scripts()) {
    assertEquals(`${script.name}.ts`, file);
    for (const word of ["\n * Keys: ", "\n * Arguments: ", "\n * Returns "]) {
      assert(text.includes(word), `${file}: no "${word.trim()}"`);
    }
    const documented = text.slice(0, text.indexOf("*/"));
    const [, names = ""] = /^local ([\w, ]+) = ARGV/.exec(script.source) ?? [];
    for (const name of names.split(", ")) {
      assert(documented.includes(`\`${name}\``), `${file}: argument ${name} is not documented`);
    }
  }
});

Deno.test("no script uses what Lua 5.1 and 5.3 do differently", async () => {
  const unlike =
    /\b(unpack|loadstring|setfenv|getfenv|math\.pow|table\.getn|tostring|goto)\b|\/\/|%d/;
  for (const { file, script } of await scripts()) {
    assert(!unlike.test(script.source), `${file}: ${unlike.exec(script.source)?.[0]}`);
  }
});

Deno.test("no script takes its time from a caller or its chance from Redis", async () => {
  for (const { file, script } of await scripts()) {
    assertMatch(script.source, /redis\.call/);
    assert(!/math\.random|os\.|nowMs = ARGV/.test(script.source), file);
  }
});
