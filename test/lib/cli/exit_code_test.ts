import { assertEquals } from "@std/assert";
import { ConfigError } from "../../../lib/config/config_error.ts";
import { exitCodeOf, InterruptedError, UsageError } from "../../../lib/cli/exit_code.ts";

Deno.test("exitCodeOf() takes the error's own code", () => {
  assertEquals(exitCodeOf(new ConfigError("c", [])), 2);
  assertEquals(exitCodeOf(new UsageError("x")), 2);
  assertEquals(exitCodeOf(new InterruptedError("SIGINT")), 130);
});

Deno.test("exitCodeOf() knows failures to connect, also as a cause", () => {
  assertEquals(exitCodeOf(new Deno.errors.ConnectionRefused("x")), 3);
  assertEquals(exitCodeOf(Object.assign(new Error("x"), { code: "ENOTFOUND" })), 3);
  const cause = new Deno.errors.TimedOut("x");
  assertEquals(exitCodeOf(new Error("y", { cause: new Error("z", { cause }) })), 3);
});

Deno.test("exitCodeOf() knows aborts", () => {
  assertEquals(exitCodeOf(new DOMException("stop", "AbortError")), 130);
});

Deno.test("exitCodeOf() knows nothing of faults", () => {
  assertEquals(exitCodeOf(new TypeError("x")), undefined);
  assertEquals(exitCodeOf("text"), undefined);
  const circle = new Error("x");
  circle.cause = circle;
  assertEquals(exitCodeOf(circle), undefined);
});
