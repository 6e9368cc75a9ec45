/** What ioredis does to strings is undone where it is loaded. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

const CONFIG = fromFileUrl(new URL("../../../deno.json", import.meta.url));
const CALLS = new URL("../../../lib/jobs/ioredis_calls.ts", import.meta.url).href;

/** Says in a process of its own whether String.prototype is a plain object once a module is loaded. */
async function isFastAfter(module: string): Promise<string> {
  const code = `await import(${JSON.stringify(module)});
    console.log(new Function("return %HasFastProperties(String.prototype)")());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", CONFIG, "--v8-flags=--allow-natives-syntax", code],
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("strings stay fast beside ioredis, which alone makes them slow", async () => {
  // When it no longer does, lib/jobs/_fast_strings.ts is to go.
  assertEquals([await isFastAfter("ioredis"), await isFastAfter(CALLS)], ["false", "true"]);
});
