/**
 * A small role that the tests of `lib/cli` run as a process.
 *
 * @module
 */

import { EXIT, printJson, printLine, readRoleConfig, runMain } from "../../../lib/cli.ts";
import { defineVariables } from "../../../lib/config.ts";

const name = "copilot-sample";
const variables = defineVariables({
  behaviour: {
    name: "SAMPLE_BEHAVIOUR",
    kind: "choice",
    meaning: "What to do",
    example: "answer",
    choices: ["answer", "wait", "stubborn", "throw", "reject", "refused", "timer"],
    required: true,
    flag: "behaviour",
  },
  answer: {
    name: "SAMPLE_ANSWER",
    kind: "text",
    meaning: "The answer",
    example: "42",
    default: "42",
  },
});

const never = (signal: AbortSignal) =>
  new Promise<number>((_, reject) => {
    // Keeps the process alive, as the sockets of a role do.
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      reject(signal.reason);
    });
  });

await runMain(async (signal) => {
  const { config } = await readRoleConfig(variables, { name, summary: "Shows how roles behave" });
  switch (config.behaviour) {
    case "answer":
      printJson({ answer: config.answer, big: 1n });
      return EXIT.done;
    case "wait":
      printLine("ready");
      return await never(signal);
    case "stubborn":
      signal.addEventListener("abort", () => printLine("not yet"));
      printLine("ready");
      return await never(new AbortController().signal);
    case "throw":
      throw new TypeError("Cannot read\nthe mind");
    case "reject":
      Promise.reject(new Error("nobody caught this"));
      return await never(signal);
    case "timer":
      setTimeout(() => {
        throw new Error("thrown by a timer");
      });
      return await never(signal);
    case "refused":
      await Deno.connect({ hostname: "127.0.0.1", port: 1 });
      return EXIT.done;
  }
}, { name });
