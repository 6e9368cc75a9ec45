import { assertEquals, assertThrows } from "@std/assert";
import { readHistoryLine, readJobRecord } from "../../../lib/jobs/record.ts";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";

const DESCRIPTION = "chirp:9094::::in::::###run.sh::::run.sh::::::::::::::::";
const REQUIRED = {
  state: "running",
  priority: "-2",
  attempts: "1",
  maxAttempts: "5",
  submittedMs: "1000",
  changedMs: "2000",
  token: "1",
};

function shown(fields: Record<string, string>, description = DESCRIPTION) {
  return ["a", Object.entries(fields).flat(), description, "3000", "4000"];
}

Deno.test("readJobRecord() reads a record, empty fields as none", () => {
  const fields = { ...REQUIRED, wallSeconds: "12.5", reason: "", exitCode: "-1", queue: "q" };
  assertEquals<unknown>(readJobRecord(shown(fields), 5), {
    id: "a",
    state: "running",
    description: {
      chirpUrl: "chirp:9094",
      inputDir: "in",
      inputFiles: ["run.sh"],
      command: "run.sh",
      arguments: "",
      environment: "",
      packages: "",
    },
    priority: -2,
    attempts: 1,
    maxAttempts: 5,
    submittedMs: 1000,
    changedMs: 2000,
    token: 1,
    seenMs: 3000,
    deadlineMs: 4000,
    exitCode: -1,
    wallSeconds: 12.5,
  });
});

Deno.test("readJobRecord() names key and field of what it cannot read", () => {
  for (const name of Object.keys(REQUIRED)) {
    for (const bad of ["", "x", "1 ", "0x1", "1e3", "NaN"]) {
      assertThrows(
        () => readJobRecord(shown({ ...REQUIRED, [name]: bad }), 5),
        SyntaxError,
        `Cannot read copilot:job:a: bad ${name} ${JSON.stringify(bad)}`,
      );
    }
  }
  assertThrows(
    () => readJobRecord(shown({ ...REQUIRED, outputBytes: "much" }), 5),
    SyntaxError,
    'Cannot read copilot:job:a: bad outputBytes "much"',
  );
  assertThrows(() => readJobRecord(["a", 5, ""], 5), RedisError, "copilot:job:a");
});

Deno.test("readJobRecord() shows a job whose description is gone", () => {
  assertEquals(readJobRecord(shown(REQUIRED, ""), 5)?.description.command, "");
  assertEquals(readJobRecord(shown(REQUIRED, "junk"), 5)?.state, "running");
});

Deno.test("readJobRecord() shows a waiting job of the original", () => {
  const job = readJobRecord(["a", [], DESCRIPTION, "", ""], 3);
  assertEquals([job?.state, job?.maxAttempts, job?.changedMs], ["waiting", 3, 0]);
  assertEquals(readJobRecord(["a", [], "junk", "", ""], 3), undefined);
});

Deno.test("readHistoryLine() leaves tabs in the reason", () => {
  assertEquals<unknown>(readHistoryLine("5\tfailed\tfailed\t2\ta@b\tone\ttwo\nthree", "key"), {
    atMs: 5,
    event: "failed",
    state: "failed",
    token: 2,
    agent: "a@b",
    reason: "one\ttwo\nthree",
  });
  assertEquals<unknown>(readHistoryLine("5\tnoted\theld\t\t\t", "key"), {
    atMs: 5,
    event: "noted",
    state: "held",
  });
});

Deno.test("readHistoryLine() names the key of what it cannot read", () => {
  for (const line of ["", "x\tnoted\theld", "5\tnoted\tlost", "5\tnoted\theld\tx"]) {
    assertThrows(
      () => readHistoryLine(line, "copilot:history:a"),
      SyntaxError,
      "copilot:history:a",
    );
  }
});
