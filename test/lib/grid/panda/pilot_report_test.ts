import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parsePilotReport } from "../../../../lib/grid/panda/pilot_report.ts";

Deno.test("parsePilotReport() reads what pilot 3 writes", () => {
  const text = JSON.stringify({
    jobId: "4001",
    state: "failed",
    timestamp: "2026-11-22T16:00:00+01:00",
    siteName: "CERN-P1",
    node: "slot1@vm-17.cern.ch",
    attemptNr: 2,
    pilotID: "unknown|PR|3.9.1",
    cpuConsumptionTime: 4242,
    cpuConversionFactor: 1.0,
    pilotErrorCode: 1305,
    pilotErrorDiag: "Failed to execute payload",
    transExitCode: 65,
    exeErrorCode: 0,
    xml: null,
  });
  assertEquals(parsePilotReport(text), {
    jobId: "4001",
    attempt: 2,
    state: "failed",
    node: "slot1@vm-17.cern.ch",
    site: "CERN-P1",
    cpuSeconds: 4242,
    payloadExitCode: 65,
    pilotErrorCode: 1305,
    pilotError: "Failed to execute payload",
  });
});

Deno.test("parsePilotReport() refuses a message that names no job or no end", () => {
  const cases: [string, string][] = [
    ["", "it is no JSON"],
    ["7", "it is no object"],
    ["{}", "is no PandaID"],
    ['{"jobId": "0", "state": "finished"}', "is no PandaID"],
    ['{"jobId": "1; drop", "state": "finished"}', "is no PandaID"],
    ['{"jobId": 1e30, "state": "finished"}', "is no PandaID"],
    ['{"jobId": 1, "state": "running"}', "is no end"],
    [`"${"x".repeat(2 ** 18)}"`, "over 262144 characters"],
  ];
  for (const [text, reason] of cases) {
    assertThrows(() => parsePilotReport(text), SyntaxError, reason);
  }
});

Deno.test("parsePilotReport() leaves out what makes no sense", () => {
  fc.assert(fc.property(fc.json(), fc.json(), fc.json(), (node, attempt, error) => {
    const report = parsePilotReport(
      `{"jobId": 7, "state": "finished", "node": ${node}, "attemptNr": ${attempt},
        "pilotErrorDiag": ${error}}`,
    );
    assertEquals([report.jobId, report.state], ["7", "finished"]);
    assert(report.attempt === undefined || Number.isSafeInteger(report.attempt));
    for (const text of [report.node, report.pilotError]) {
      // deno-lint-ignore no-control-regex -- none of them may be there
      assert(text === undefined || (text.length <= 250 && !/[\x00-\x1f]/.test(text)));
    }
  }));
});

Deno.test("parsePilotReport() reads any text or refuses it", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    try {
      parsePilotReport(text);
    } catch (error) {
      assert(error instanceof SyntaxError, String(error));
    }
  }));
});
