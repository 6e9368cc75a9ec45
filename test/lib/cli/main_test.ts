import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { ConfigError } from "../../../lib/config/config_error.ts";
import { UsageError } from "../../../lib/cli/exit_code.ts";
import { errorText } from "../../../lib/cli/main.ts";

const role = new URL("./_sample_role.ts", import.meta.url).pathname;

function command(args: string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", role, ...args],
    env: { NO_COLOR: "1", COPILOT_CONFIG: "/nowhere", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await command(args, env).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

const behave = (behaviour: string, env = {}) => run([], { SAMPLE_BEHAVIOUR: behaviour, ...env });

Deno.test("runMain() exits with the code of main and JSON is one line", async () => {
  const { code, stdout, stderr } = await behave("answer");
  assertEquals([code, stdout, stderr], [0, '{"answer":"42","big":"1"}\n', ""]);
});

Deno.test("runMain() prints an error as one line without a stack", async () => {
  const { code, stderr } = await behave("throw");
  assertEquals(code, 1);
  assertEquals(
    stderr,
    "copilot-sample: Failed: Cannot read\\nthe mind (COPILOT_DEBUG=1 shows where)\n",
  );
});

Deno.test("runMain() shows the stack with COPILOT_DEBUG", async () => {
  const { code, stderr } = await behave("throw", { COPILOT_DEBUG: "1" });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "_sample_role.ts");
});

Deno.test("runMain() exits with 2 on a wrong configuration", async () => {
  const { code, stdout, stderr } = await run([]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /^Cannot configure copilot-sample: 1 problem\n {2}SAMPLE_BEHAVIOUR is not set/,
  );
  assertStringIncludes(stderr, "looked for /nowhere/Copilot.conf, /nowhere/copilot-sample.conf");
});

Deno.test("runMain() exits with 3 when a peer cannot be reached", async () => {
  const { code, stderr } = await behave("refused");
  assertEquals(code, 3);
  assertMatch(stderr, /^copilot-sample: .*refused.*\n$/i);
});

Deno.test("runMain() reports what nobody caught", async () => {
  for (const [behaviour, text] of [["reject", "nobody caught this"], ["timer", "by a timer"]]) {
    const { code, stderr } = await behave(behaviour ?? "");
    assertEquals(code, 1);
    assertStringIncludes(stderr, text ?? "");
    assertFalse(stderr.includes("at "), stderr);
  }
});

/** Starts the role and sends it a signal after each line that it prints. */
async function signalAfterEachLine(behaviour: string, signal: Deno.Signal): Promise<number> {
  await using child = command(["--behaviour", behaviour]).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const _ of lines) child.kill(signal);
  await child.stderr.cancel();
  return (await child.status).code;
}

Deno.test("runMain() turns the first signal into an abort and exits with 130", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    assertEquals(await signalAfterEachLine("wait", signal), 130);
  }
});

Deno.test("runMain() ends at once on a second signal", async () => {
  assertEquals(await signalAfterEachLine("stubborn", "SIGTERM"), 130);
});

Deno.test("readRoleConfig() takes configuration from flags", async () => {
  const byFlag = await run(["--behaviour=answer", "--set", "SAMPLE_ANSWER=a=b"]);
  assertEquals([byFlag.code, byFlag.stdout], [0, '{"answer":"a=b","big":"1"}\n']);
  const wrong = await run(["--set", "SAMPLE_BEHAVIOUR=dance"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "where:   command line");
});

Deno.test("readRoleConfig() lists the variables under --help", async () => {
  const { code, stdout } = await run(["--help"]);
  assertEquals(code, 0);
  for (
    const part of [
      "Shows how roles behave",
      "--set NAME=VALUE",
      "SAMPLE_BEHAVIOUR, --behaviour (required)",
      "SAMPLE_ANSWER [42]",
    ]
  ) assertStringIncludes(stdout, part);
});

Deno.test("readRoleConfig() prints the version and refuses unknown flags", async () => {
  const version = await run(["--version"]);
  assertEquals(version.code, 0);
  assertMatch(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const unknown = await run(["--behavior"]);
  assertEquals([unknown.code, unknown.stdout], [2, ""]);
  assertStringIncludes(unknown.stderr, "--behaviour");
  assertStringIncludes(unknown.stderr, "Try: copilot-sample --help");
});

Deno.test("errorText() escapes text from outside and keeps the lines of a ConfigError", () => {
  const options = { name: "tool", debug: false };
  assertEquals(errorText(new UsageError("Bad\x1b[2J"), options), "tool: Bad\\u001b[2J");
  assertEquals(errorText("text", options), "tool: Failed: text (COPILOT_DEBUG=1 shows where)");
  const problem = { subject: "X", problem: "is not set", where: "here" };
  assertStringIncludes(errorText(new ConfigError("tool", [problem]), options), "\n  X is not set");
});

Deno.test("errorText() adds the message of the cause", () => {
  const error = new UsageError("Cannot open a", { cause: new Error("no such file") });
  assertEquals(errorText(error, { name: "t", debug: false }), "t: Cannot open a: no such file");
});
