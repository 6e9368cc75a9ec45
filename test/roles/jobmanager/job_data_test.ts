import { assertEquals } from "@std/assert";
import { formatJobData, numberOf, parseJobData } from "../../../roles/jobmanager/job_data.ts";

Deno.test("formatJobData() writes the original's part first, then the fence", () => {
  const leasedMs = 1300000000999;
  assertEquals(formatJobData({ leasedMs, ownDirectory: false }), "startedAt=1300000000####");
  assertEquals(
    formatJobData({ leasedMs, token: 7, ownDirectory: true }),
    "startedAt=1300000000####token=7####ownDirectory=1####",
  );
});

Deno.test("parseJobData() reads what was written, with what agents add", () => {
  const text = formatJobData({ leasedMs: 1000, token: 7, ownDirectory: true });
  assertEquals(parseJobData(`${text}wallTime=1.50####elapsed=2####`), {
    startedAt: 1,
    token: 7,
    ownDirectory: true,
    wallSeconds: 2,
    upload: undefined,
  });
});

Deno.test("parseJobData() takes the CPU time of the original's agents where they tell no other", () => {
  assertEquals(parseJobData("startedAt=1####wallTime=1.50####").wallSeconds, 1.5);
});

Deno.test("parseJobData() makes nothing of nonsense", () => {
  const nothing = {
    startedAt: undefined,
    token: undefined,
    ownDirectory: false,
    wallSeconds: undefined,
    upload: undefined,
  };
  for (const text of [undefined, "", "token=", "token=-1", "token=x####ownDirectory=yes", "####"]) {
    assertEquals(parseJobData(text), nothing);
  }
});

Deno.test("numberOf() reads plain decimal numbers only", () => {
  assertEquals(["0", "768", "1.5"].map(numberOf), [0, 768, 1.5]);
  for (const text of [undefined, "", " 1", "-1", "1e5", "0x1", "1.", "9".repeat(16), "NaN"]) {
    assertEquals(numberOf(text), undefined);
  }
});
