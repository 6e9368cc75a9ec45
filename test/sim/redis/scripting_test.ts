import { assertEquals, assertRejects } from "@std/assert";
import { RedisError, type RedisReply } from "../../../lib/jobs/redis_calls.ts";
import { toInterpreterDialect } from "../../../sim/redis/lua/dialect.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";

const run = async (script: string, ...args: (string | number)[]) => {
  using store = new RedisStore({ scriptInstructionLimit: 1_000_000 });
  await using calls = memoryRedisCalls(store);
  return await calls.call(["EVAL", script, 0, ...args]);
};

const ANSWERS: readonly (readonly [string, RedisReply])[] = [
  ["return 3.99", 3],
  ["return -3.99", -3],
  ["return true", 1],
  ["return false", null],
  ["return {1, 2, nil, 4}", [1, 2]],
  ["return {ok = 'FINE'}", "FINE"],
  ["return tostring(10 / 2)", "5"],
  ["return tostring(1700000000 * 1000)", "1700000000000"],
  ["return 30 * 24 * 3600 * 1000 .. ''", "2592000000"],
  ["return tostring(tonumber('3000000000') * tonumber('1000'))", "3000000000000"],
  ["return tostring(0xFF)", "255"],
  ["return tostring(1e15)", "1e+15"],
  ["return tostring(0.1)", "0.1"],
  ["return #'abc' .. ''", "3"],
  [
    "return string.format('%d|%5.1f|%-4s|%04d|%x', 1700000000123, 2.25, 'a', 7, 255)",
    "1700000000123|  2.2|a   |0007|ff",
  ],
  ["return {unpack({'a', 'b'})}", ["a", "b"]],
  ["return table.concat({1, 2.5, 'x'}, ',')", "1,2.5,x"],
  ["local n = 0 for i = 1, 10 do n = n + i end return n", 55],
  ["local t = {} t[1] = 'a' t[2.0] = 'b' return t", ["a", "b"]],
  ["return select('#', 1, 2, 3)", 3],
  ["return math.floor(7 / 2) + math.max(1, 2)", 5],
  ["return cjson.encode({a = 1})", '{"a":1}'],
  ["return cjson.encode({1, 'a/b', {}})", '[1,"a\\/b",{}]'],
  [`return cjson.decode('{"a": [1, {"b": "ü"}]}').a[2].b`, "ü"],
  ["return tostring(cjson.decode('[null]')[1] == cjson.null)", "true"],
  ["return bit.band(255, 15) + bit.lshift(1, 4)", 31],
  ["return redis.sha1hex('')", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ["return redis.call('INCRBYFLOAT', 'n', 0.5)", "0.5"],
  ["return redis.call('TYPE', 'absent').ok", "none"],
  ["return redis.pcall('NOSUCH').err", "ERR Unknown Redis command called from script"],
  ["local ok, text = pcall(redis.call, 'NOSUCH') return {tostring(ok), text}", [
    "false",
    "ERR Unknown Redis command called from script",
  ]],
  ["return loadstring('return 1 + 1')()", 2],
  ["return [[long\nstring 1]] -- 2", "long\nstring 1"],
  ["return 'a\\0b'", "a\0b"],
];
for (const [script, answer] of ANSWERS) {
  Deno.test(`EVAL answers ${JSON.stringify(script)}`, async () =>
    assertEquals(await run(script), answer));
}

const ERRORS: readonly (readonly [string, string])[] = [
  ["return redis.error_reply('CODE text')", "CODE text"],
  ["return redis.error_reply('text')", "ERR text"],
  ["error('oops')", "ERR user_script:1: oops script: "],
  ["\n\nerror('oops')", ", on @user_script:3."],
  ["return absent", "Script attempted to access nonexistent global variable 'absent'"],
  ["absent = 1", "Attempt to modify a readonly table"],
  ["string.format = nil", "Attempt to modify a readonly table"],
  ["rawset(_G, 'x', 1)", "Attempt to modify a readonly table"],
  [
    "return 5 // 2",
    "ERR Error compiling script (new function): user_script:1: unexpected symbol near '/'",
  ],
  [
    "return (",
    "ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'",
  ],
  ["return redis.call('SUBSCRIBE', 'c')", "ERR This Redis command is not allowed from script"],
  [
    "return redis.call('GET', {})",
    "ERR Lua redis lib command arguments must be strings or integers",
  ],
  ["while true do end", "Script stopped after 1000000 instructions"],
  ["while true do pcall(function() while true do end end) end", "Script stopped after"],
  ["local function f() return f() + 1 end return f()", "ERR"],
  ["#!lua flags=no-writes\nreturn redis.call('SET', 'a', 1)", "Write commands are not allowed"],
];
for (const [script, message] of ERRORS) {
  Deno.test(`EVAL rejects ${JSON.stringify(script)}`, async () => {
    await assertRejects(() => run(script), RedisError, message);
  });
}

Deno.test("EVAL goes on after a script that was stopped", async () => {
  using store = new RedisStore({ scriptInstructionLimit: 200_000 });
  await using calls = memoryRedisCalls(store);
  await assertRejects(() => calls.call(["EVAL", "while true do end", 0]), RedisError, "stopped");
  assertEquals(
    await calls.call(["EVAL", "return KEYS[1] .. ARGV[1]", 1, "key", "value"]),
    "keyvalue",
  );
});

Deno.test("EVAL keeps values that are no text", async () => {
  using store = new RedisStore();
  await using calls = memoryRedisCalls(store);
  await calls.call(["EVAL", "redis.call('SET', 'k', string.char(0, 128, 255))", 0]);
  assertEquals(store.databases[0]?.get("k", "string"), "\x00\x80\xff");
  assertEquals(await calls.call(["EVAL", "return #redis.call('GET', 'k')", 0]), 3);
});

Deno.test("EVAL_RO refuses to write", async () => {
  using store = new RedisStore();
  await using calls = memoryRedisCalls(store);
  await assertRejects(
    () => calls.call(["EVAL_RO", "return redis.call('SET', 'a', 1)", 0]),
    RedisError,
  );
  assertEquals(await calls.call(["EVAL_RO", "return redis.call('GET', 'a')", 0]), null);
});

const DIALECT: readonly (readonly [string, string])[] = [
  ["x = 1 + 0x10", "x = 1.0 + 16.0"],
  ["x1 = a2.b3", "x1 = a2.b3"],
  ["x = 1.5e3 .. 2", "x = 1.5e3 .. 2.0"],
  ['x = \'1\' .. "2\\"3" -- 4', 'x = \'1\' .. "2\\"3" -- 4'],
  ["x = [==[ 1 ]] 2 ]==] 3", "x = [==[ 1 ]] 2 ]==] 3.0"],
  ["--[[ 1 ]] 2", "--[[ 1 ]] 2.0"],
  ["a[1] ~= 2", "a[1.0] ~= 2.0"],
];
for (const [source, expected] of DIALECT) {
  Deno.test(`toInterpreterDialect() translates ${source}`, () => {
    assertEquals(toInterpreterDialect(source), expected);
  });
}
