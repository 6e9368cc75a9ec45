import { assert, assertEquals, assertMatch } from "@std/assert";
import { runLoad, type Snapshot } from "../../../sim/load/mod.ts";
import { bar, Screen, sparkline } from "../../../tools/simulate/screen.ts";
import { numberText, sizeText, timeText } from "../../../tools/simulate/figures.ts";

Deno.test("bars and columns fill with what they show", () => {
  assertEquals([0, 0.5, 1, 7, -1].map((share) => bar(share, 4)), [
    "░░░░",
    "██░░",
    "████",
    "████",
    "░░░░",
  ]);
  assertEquals(sparkline([0, 4, 8]), "▁▅█");
  assertEquals(sparkline([0, 0]), "▁▁");
});

Deno.test("figures are short and have their unit", () => {
  assertEquals([0, 0.0421, 12.34, 999, 1250, 90_000, 7_200_000].map(timeText), [
    "0",
    "0.04 ms",
    "12.3 ms",
    "999 ms",
    "1.25 s",
    "1.50 min",
    "2 h",
  ]);
  assertEquals([0, 512, 20.1 * 2 ** 20, 2 ** 31].map(sizeText), [
    "0 B",
    "512 B",
    "20.1 MiB",
    "2 GiB",
  ]);
  assertEquals([7, 1234567, 12.345, 1234.5].map(numberText), ["7", "1 234 567", "12.3", "1 235"]);
});

Deno.test("the screen shows progress, rates, states, times and the machine, and keeps its width", async () => {
  const snapshots: Snapshot[] = [];
  await runLoad({
    agents: 4,
    jobs: 40,
    jobDuration: "5ms",
    onSnapshot: (snapshot) => snapshots.push(snapshot),
  });
  const screen = new Screen({ agents: 4, jobs: 40, seconds: undefined }, true);
  assertEquals(screen.lines(100), []);
  for (const snapshot of snapshots) screen.add(snapshot);
  // deno-lint-ignore no-control-regex -- colours are control sequences
  const plain = (line: string) => line.replaceAll(/\x1b\[\d+m/g, "");
  const text = screen.lines(100).map(plain).join("\n");
  assertMatch(text, /█{40} 100 %/);
  assertMatch(text, /agents +4 of 4 online/);
  assertMatch(text, /0 waiting · 0 leased · 0 running · 40 succeeded · 0 failed/);
  assertMatch(text, /lease +[\d.]+ m?s +[\d.]+ m?s +[\d.]+ m?s/);
  assertMatch(text, /cores +all \d/);
  assertMatch(text, /memory +[\d.]+ MiB/);
  const narrow = screen.lines(30).map(plain);
  assert(narrow.every((line) => line.length <= 30));
});
