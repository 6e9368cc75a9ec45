import { assertEquals, assertMatch } from "@std/assert";
import type { Machine } from "../../bench/machine.ts";
import { type BenchReport, reportOf } from "../../bench/report.ts";
import type { Row } from "../../bench/row.ts";
import { reportTable, shortNumber } from "../../bench/table.ts";

const machine: Machine = {
  processor: "Abacus",
  cores: 2,
  memoryBytes: 2 ** 34,
  kernel: "Linux",
  runtime: "Deno",
  load: 0,
};

function report(row: Partial<Row>): BenchReport {
  const whole: Row = {
    what: "beads",
    unit: "beads/s",
    better: "more",
    ours: [100, 110, 90],
    ...row,
  };
  return reportOf([{ bench: "abacus", rows: [whole] }], { mode: "full", runs: 3 }, machine);
}

Deno.test("a row that is too slow beside its peer misses its floor", () => {
  const peer = { name: "monk", samples: [50, 55, 45] };
  assertEquals(report({ peers: [{ ...peer, floor: 2 }] }).reached, true);
  assertEquals(report({ peers: [{ ...peer, floor: 2.1 }] }).reached, false);
  assertEquals(report({ peers: [peer] }).rows[0]?.peers[0]?.reached, undefined);
});

Deno.test("less is better where the row says so", () => {
  assertEquals(report({ better: "less", floor: 99 }).reached, false);
  assertEquals(report({ better: "less", floor: 100 }).reached, true);
  assertEquals(report({ floor: 101 }).reached, false);
  const peers = [{ name: "monk", samples: [300, 330, 270], floor: 3 }];
  assertEquals(report({ better: "less", peers }).reached, true);
});

Deno.test("a peer that is not installed is named, and no floor is missed by it", () => {
  const missing = { name: "monk", samples: [], floor: 2, skipped: "not installed" };
  const skipped = report({ peers: [missing] });
  assertEquals(skipped.reached, true);
  assertMatch(reportTable(skipped), /monk\s+not installed\s+2×$/m);
});

Deno.test("a row without a program to measure it says so, and misses nothing", () => {
  const peers = [{ name: "monk", samples: [], floor: 2, skipped: "not installed" }];
  const unmeasured = report({ ours: [], floor: 50, peers });
  assertEquals(unmeasured.reached, true);
  assertMatch(reportTable(unmeasured), /not measured\s+monk\s+not installed\s+≥ 50, 2×$/m);
});

Deno.test("a bench that failed spoils the verdict, and no other bench's rows", () => {
  const row: Row = { what: "beads", unit: "beads/s", better: "more", ours: [1] };
  const measured = [{ bench: "abacus", rows: [row] }, { bench: "slide_rule", rows: undefined }];
  const { rows, failed, reached } = reportOf(measured, { mode: "quick", runs: 1 }, machine);
  assertEquals([rows.length, failed, reached], [1, ["slide_rule"], false]);
});

Deno.test("the table shows figures, ratio, floor and verdict", () => {
  const peers = [{ name: "monk", samples: [50, 55, 45], floor: 4 }];
  const text = reportTable(report({ peers, floor: 50 }), { colours: false });
  assertMatch(text, /^beads\s+beads\/s\s+100 ±5 %\s+monk\s+50 ±5 %\s+2×\s+≥ 50, 4×\s+MISSED$/m);
});

Deno.test("figures keep three digits that count", () => {
  const shown = [0.5234, 17, 1234, 2_500_000, 0].map(shortNumber);
  assertEquals(shown, ["0.523", "17", "1.23 k", "2.5 M", "0"]);
});
