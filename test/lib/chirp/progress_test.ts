import { assertEquals } from "@std/assert";
import { ProgressMeter } from "../../../lib/chirp/progress.ts";

const MIB = 1024 * 1024;

function metered(run: (meter: ProgressMeter) => void): [bytes: number, totalBytes: number][] {
  const seen: [number, number][] = [];
  run(new ProgressMeter("/f", ({ bytes, totalBytes }) => seen.push([bytes, totalBytes])));
  return seen;
}

Deno.test("ProgressMeter tells the start, each MiB and the end once", () => {
  const seen = metered((meter) => {
    meter.start(2 * MIB);
    for (let step = 0; step < 8; step++) meter.add(MIB / 4);
    meter.end();
  });
  assertEquals(seen, [[0, 2 * MIB], [MIB, 2 * MIB], [2 * MIB, 2 * MIB]]);
});

Deno.test("ProgressMeter tells an empty transfer as start and end", () => {
  const seen = metered((meter) => {
    meter.start(0);
    meter.end();
  });
  assertEquals(seen, [[0, 0], [0, 0]]);
});

Deno.test("ProgressMeter goes back and ends at what was moved", () => {
  const seen = metered((meter) => {
    meter.start(10);
    meter.add(7);
    meter.rewind(3);
    meter.add(5);
    meter.end();
  });
  assertEquals(seen, [[0, 10], [3, 10], [8, 8]]);
});
