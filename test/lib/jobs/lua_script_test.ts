import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LuaScript } from "../../../lib/jobs/lua_script.ts";
import { type RedisCalls, RedisError, type RedisReply } from "../../../lib/jobs/redis_calls.ts";

type Command = readonly (string | number)[];

/** A connection that notes its commands and answers them in turn. */
function scripted(answers: readonly (RedisReply | Error)[]) {
  const commands: Command[] = [];
  const calls: RedisCalls = {
    connected: true,
    call(command) {
      const answer = answers[commands.length] ?? null;
      commands.push(command);
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer as RedisReply);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { calls, commands };
}

const ADD = new LuaScript({
  name: "add",
  args: ["left", "right"],
  parts: ["local unused = 0"],
  body: "return left + right",
});
const SOURCE = "local left, right = ARGV[1], ARGV[2]\nlocal unused = 0\nreturn left + right";
const SHA1 = "3adf8cd252b8a8f67a17e633ada22ac7fe22ec4b";

Deno.test("LuaScript names its arguments", () => {
  assertEquals(ADD.source, SOURCE);
  assertEquals(new LuaScript({ name: "one", args: [], body: "return 1" }).source, "return 1");
});

Deno.test("LuaScript.run() calls the script by its SHA-1, arguments in order", async () => {
  const { calls, commands } = scripted([7]);
  assertEquals(await ADD.run(calls, { right: 4, left: "3" }, ["more"]), 7);
  assertEquals(commands, [["EVALSHA", SHA1, 0, "3", 4, "more"]]);
});

Deno.test("LuaScript.run() sends the script where Redis does not know it", async () => {
  const { calls, commands } = scripted([new RedisError("NOSCRIPT No matching script."), 7]);
  assertEquals(await ADD.run(calls, { left: 3, right: 4 }), 7);
  assertEquals(commands.map((command) => command[0]), ["EVALSHA", "EVAL"]);
  assertEquals(commands[1], ["EVAL", SOURCE, 0, 3, 4]);
});

Deno.test("LuaScript.run() passes other errors on", async () => {
  const { calls, commands } = scripted([new RedisError("READONLY You can't write here")]);
  await assertRejects(() => ADD.run(calls, { left: 3, right: 4 }), RedisError, "READONLY");
  assertEquals(commands.length, 1);
});

Deno.test("LuaScript.run() does not repeat a call whose answer was lost", async () => {
  const { calls, commands } = scripted([new RedisError("Connection is closed")]);
  const error = await assertRejects(() => ADD.run(calls, { left: 3, right: 4 }), RedisError);
  assertStringIncludes(error.message, "closed");
  assertEquals(commands.length, 1);
});
