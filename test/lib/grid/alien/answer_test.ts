import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { answerError, parseAnswer } from "../../../../lib/grid/alien/answer.ts";
import { parseMatchAnswer } from "../../../../lib/grid/alien/match_answer.ts";

Deno.test("parseAnswer() reads what JAliEn's JSONPrintWriter writes", () => {
  const text =
    '{"metadata":{"exitcode":"0","error":"","user":"hartem","currentdir":"/alice/"},"results":' +
    '[{"owner ":"hartem","id ":"1001","split":0,"tags":["disk"],"message":"a line"}]}';
  assertEquals(parseAnswer(text), {
    exitCode: 0,
    error: "",
    results: [{ owner: "hartem", id: "1001", split: "0", tags: '["disk"]', message: "a line" }],
  });
  const failed = parseAnswer(
    '{"metadata":{"exitcode":"-1","error":"Incoming JSON not ok"},"results":[]}',
  );
  assertEquals(answerError("ls", failed).message, "AliEn refuses ls: Incoming JSON not ok (-1)");
});

Deno.test("parseAnswer() reads any text, or says that it is no answer", () => {
  const answerLike = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ metadata: fc.dictionary(fc.string(), fc.json()), results: fc.json() })
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(answerLike, (text) => {
    try {
      parseAnswer(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }));
});

Deno.test("parseMatchAnswer() reads the job broker's answer on the last line", () => {
  const jdl = 'Executable = "a"';
  const answer = { Code: 1, queueId: 1001, JDL: jdl, User: "hartem", TokenKey: "x" };
  const job = { kind: "job", id: "1001", jdl, user: "hartem" } as const;
  for (const [told, resubmission] of [[2, "2"], [undefined, ""], ["; id", ""]] as const) {
    const text = JSON.stringify({ ...answer, Resubmission: told });
    assertEquals(parseMatchAnswer(`Connecting …\n${text}\n`), { ...job, resubmission });
  }
  assertEquals(parseMatchAnswer('{"Code":-2,"Error":"Nothing to run :-("}'), {
    kind: "none",
    reason: "Nothing to run :-(",
  });
  for (
    const text of [
      "",
      "{}",
      "null",
      '{"Code":-1}',
      '{"Code":1,"queueId":"../x","JDL":"","User":"a"}',
    ]
  ) {
    assertThrows(() => parseMatchAnswer(text), SyntaxError);
  }
});
