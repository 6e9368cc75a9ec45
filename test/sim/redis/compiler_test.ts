import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { LuaScript } from "../../../lib/jobs/lua_script.ts";
import { commands } from "../../../sim/redis/commands/mod.ts";
import { ScriptCompilers } from "../../../sim/redis/lua/compiler/script_compiler.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";

/** In front of a script it changes nothing, but is not compiled. */
const FORCE_INTERPRETER = "if false then local _ = setmetatable end ";

const compilers = new ScriptCompilers(commands, { session: null, isReadOnly: false });

/** Runs a script on data of its own; an error is its text, without the script's hash. */
async function run(script: string, ...args: readonly string[]): Promise<unknown> {
  using store = new RedisStore({ scriptInstructionLimit: 1_000_000 });
  await using calls = memoryRedisCalls(store);
  try {
    return await calls.call(["EVAL", script, 0, ...args]);
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    return error.message.replace(/script: [0-9a-f]{40}/, "script");
  }
}

async function assertSame(script: string, ...args: readonly string[]): Promise<void> {
  assertNotEquals(compilers.compile(script), undefined, `This is not compiled: ${script}`);
  const interpreted = await run(FORCE_INTERPRETER + script, ...args);
  assertEquals(await run(script, ...args), interpreted, script);
}

Deno.test("every script of the job store is compiled, but for one that sorts", async () => {
  const interpreted: string[] = [];
  const folder = new URL("../../../lib/jobs/scripts/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    for (const member of Object.values(await import(new URL(name, folder).href))) {
      if (!(member instanceof LuaScript)) continue;
      if (compilers.compile(member.source) === undefined) interpreted.push(member.name);
    }
  }
  assertEquals(interpreted, ["list"]);
});

const SCRIPTS: readonly string[] = [
  "return 1 + 2 * 3 - 4 / 2 ^ 2 % 3",
  "return -2 ^ 2 .. '|' .. 2 ^ -1 .. '|' .. 2 ^ 3 ^ 2 .. '|' .. 7 % -3",
  "return {1 < 2, 'a' <= 'b', 3 >= 4, 'b' > 'a', 1 == '1', nil ~= false, not nil}",
  "return {1 and 2, nil and 1 or 3, false or 'x', #'abc', #{1, 2, 3}, -'4'}",
  "return '10' + 5 .. '' .. 2.5 .. ' 0x10 ' + 1",
  "local a, b, c = 1, 2 return {a, b, c == nil}",
  "local a, b = 1, 2 a, b = b, a return {a, b}",
  "local t = {10, 20, x = 'y', ['z'] = 5, [4] = 40, [3] = 30} return {t[1], t.x, t.z, #t, t[4]}",
  "local t = {} t[2] = 'b' t[1] = 'a' t[3] = 'c' t[3] = nil return t",
  "local t = {1, 2, 3} t[#t] = nil t[#t + 1] = 'x' return t",
  "local t = {1, nil, 3} return {t[1], t[3]}",
  "local function f(a, b) return b, a end return {f(1, 2)}",
  "local function f() return 1, 2, 3 end return {f(), f()}",
  "local function f() return 1, 2, 3 end return {(f()), 'x'}",
  "local function f(n) if n == 0 then return 'done' end return f(n - 1) end return f(50)",
  "local function f() end return {f() == nil, 'x'}",
  "local n = 0 local function add(m) n = n + m return n end add(2) add(3) return n",
  "local fs = {} for i = 1, 3 do local j = i * 10 fs[i] = function() j = j + 1 return i + j end end " +
  "return {fs[1](), fs[1](), fs[2](), fs[3]()}",
  "local s = '' for i = 3, 1, -1 do s = s .. i end for i = 1, 0 do s = 'never' end return s",
  "local s = 0 for i = 1, 10 do if i % 2 == 0 then s = s + i elseif i == 7 then break end end return s",
  "local i = 0 while true do i = i + 1 if i > 5 then break end end return i",
  "local i = 0 repeat local j = i i = i + 1 until j == 3 return i",
  "for _, v in ipairs({'a', 'b', nil, 'd'}) do if v == 'b' then return v end end",
  "local s = 0 for k, v in pairs({1, 2, x = 3}) do s = s + v end return s",
  "do local x = 1 end local x do x = 2 end return x",
  "if nil then return 1 else return 2 end",
  "return",
  "local x = 5 local x = x + 1 return x",
  "return {tonumber('12'), tonumber(' 1e2 '), tonumber('x') == nil, tonumber('0x1F'), tonumber({}) == nil}",
  "return {tostring(nil), tostring(true), tostring(1.5), tostring('x'), type({}), type(nil)}",
  "return {string.sub('hello', 2, -2), string.sub('hello', -3), string.sub('x', 2), string.sub('abc', 0)}",
  "return {string.upper('aBc'), string.lower('AbC'), string.len('abc')}",
  "return {string.format('%.0f', 1700000000123.4), string.format('%5d|%s', 3, 'x')}",
  "return {string.match('a::::b::::c', '^.-::::(.-)::::'), string.match('user@host/res', '^[^/]*')}",
  "return {string.match('key = value', '(%w+)%s*=%s*(%w+)')}",
  "return {string.match('x', 'y') == nil, string.match('2026-01-02', '%d+', 5)}",
  "return {string.find('a.b.c', '.', 2, true)}",
  "return {string.find('hello', 'l+')}",
  "return {string.find('id_1.x', '^[%w_-][%w._-]*$')}",
  "return {string.find('', ''), string.match('a-b]', '[]-]')}",
  "return {math.abs(-2), math.ceil(1.2), math.floor(-1.2), math.max(1, 3, 2), math.min(1, 3, 2)}",
  "local t = {} table.insert(t, 'b') table.insert(t, 1, 'a') return table.concat(t, '-')",
  "return {unpack({1, 2, 3})}",
  "return {unpack(ARGV)}",
  "return ARGV[1] .. ARGV[2] .. #ARGV .. #KEYS",
  "return redis.call('SET', 'k', 'v')",
  "redis.call('RPUSH', 'l', 1, 2.5, 'x') return redis.call('LRANGE', 'l', 0, -1)",
  "redis.call('HSET', 'h', 'a', '1') return redis.call('HMGET', 'h', 'a', 'b')[2] == false",
  "redis.call('ZADD', 'z', 1.5, 'm') return redis.call('ZSCORE', 'z', 'm')",
  "return redis.call('GET', 'absent')",
  "return redis.pcall('INCR').err",
  "return redis.pcall('NOSUCH')",
  "return {err = 'MY error'}",
  "return redis.status_reply('FINE')",
  "return redis.error_reply('single')",
  "return {1, {2, {3}}, 'x', false, 'y'}",
  "return 3.99 + 0",
  'return "a\\tb\\065\\"" .. \'\\\\\'',
  "-- a comment\nreturn 1 -- another\n;",
];
for (const script of SCRIPTS) {
  Deno.test(`compiled and interpreted alike: ${JSON.stringify(script)}`, () =>
    assertSame(script, "one", "zw\u00f6lf"));
}

const FAILURES: readonly string[] = [
  "local x\nreturn x.y",
  "local t = {}\nreturn t.a.b",
  "local t = {} t.x()",
  "local x return 1 + x",
  "local t = {} return t.n * 2",
  "return 'a' .. {}",
  "return 1 < 'x'",
  "return {} < {}",
  "return #5",
  "local t = {} t[nil] = 1",
  "for i = 1, 'x' do end",
  "return redis.call('INCR')",
  "\n\nredis.call('SET', 'k', 'x')\nreturn redis.call('LPUSH', 'k', 1)",
  "return redis.call({})",
  "return redis.call('EVAL', 'return 1', 0)",
  "return string.sub()",
  "return math.floor('x')",
  "return unpack(nil)",
  "return table.concat({1, {}, 3})",
  "return redis.error_reply()",
];
for (const script of FAILURES) {
  Deno.test(`compiled and interpreted fail alike: ${JSON.stringify(script)}`, () =>
    assertSame(script));
}

const INTERPRETED: readonly string[] = [
  "return select('#', 1)",
  "return ('x'):rep(3)",
  "local function f(...) return ... end return f(1)",
  "return pcall(redis.call, 'GET')",
  "return cjson.encode({1})",
  "return string.match('x', ARGV[1])",
  "return string.match('(x)', '%b()')",
  "return tonumber('11', 2)",
  "return [[long]]",
  "x = 1",
  "local call = redis.call return call('GET', 'k')",
];
for (const script of INTERPRETED) {
  Deno.test(`left to the interpreter: ${script}`, () =>
    assertEquals(compilers.compile(script), undefined));
}

/** The interpreter finds the name of a value in more cases, and knows whole numbers, which have no -0. */
async function assertSameButNames(script: string): Promise<void> {
  const bare = (answer: unknown) =>
    typeof answer === "string"
      ? answer.replace(/ \((?:constant|local|field) '.*?'\)/, "").replace(/^-0$/, "0")
      : answer;
  assertEquals(bare(await run(script)), bare(await run(FORCE_INTERPRETER + script)), script);
}

for (
  const script of [
    "while true do end",
    "repeat until false",
    "local function f() return f() + 1 end return f()",
    "local s = 'x' while true do s = s .. s end",
  ]
) {
  Deno.test(`a compiled script is stopped: ${script}`, async () =>
    assertMatch(
      String(await run(script)),
      /stopped after 1000000 instructions|stack overflow|not enough memory/,
    ));
}

/** Expressions over numbers, texts, tables and variables, by their text. */
const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => ({
  leaf: fc.constantFrom("1", "2.5", "'7'", "'x'", "a", "b", "nil", "true", "t[1]", "t.k", "#t"),
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("leaf"),
    fc.tuple(
      tie("expression"),
      fc.constantFrom("+", "-", "*", "/", "%", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or"),
      tie("expression"),
    ).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc.tuple(fc.constantFrom("not ", "- ", "#"), tie("expression")).map((parts) => parts.join("")),
    tie("expression").map((operand) => `f(${operand})`),
  ),
}));

Deno.test("a zero keeps its sign, as in Redis", async () =>
  assertEquals(await run("return tostring(-(-1 % 1))"), "-0"));

Deno.test("any expression is computed alike", () =>
  fc.assert(
    fc.asyncProperty(expression, (text) =>
      assertSameButNames(
        "local a, b, t = 3, 'y', {5, k = 'z'} local function f(x) return x, t end " +
          `local value = ${text} return type(value) == 'table' and value or tostring(value)`,
      )),
    { numRuns: 300 },
  ));

const piece = fc.tuple(
  fc.constantFrom("a", "b", ".", "%d", "%w", "%s", "[ab]", "[^a]", "[a-c%d]", "%.", "%S"),
  fc.constantFrom("", "", "*", "+", "-", "?"),
).map((parts) => parts.join(""));
const pattern = fc.tuple(
  fc.constantFrom("", "^"),
  fc.array(fc.oneof(piece, piece.map((inner) => `(${inner})`)), { minLength: 1, maxLength: 4 }),
  fc.constantFrom("", "$"),
).map(([start, pieces, end]) => start + pieces.join("") + end);

Deno.test("any pattern finds alike", () =>
  fc.assert(
    fc.asyncProperty(
      pattern,
      fc.string({ unit: fc.constantFrom(..."abc1 ."), minLength: 1, maxLength: 8 }),
      async (
        pattern,
        text,
      ) => {
        await assertSame(`return {string.match(ARGV[1], '${pattern}')}`, text);
        await assertSame(`return {string.find(ARGV[1], '${pattern}', 2)}`, text);
      },
    ),
    { numRuns: 300 },
  ));
