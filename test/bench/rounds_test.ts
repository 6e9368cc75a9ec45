import { assertEquals, assertRejects } from "@std/assert";
import { inRounds } from "../../bench/rounds.ts";

const never = new AbortController().signal;

Deno.test("contenders are measured in turn, every other round the other way", async () => {
  const order: string[] = [];
  const contender = (name: string) => () => order.push(name);
  const samples = await inRounds(3, { a: contender("a"), b: contender("b") }, never);
  assertEquals(order.join(""), "abbaab");
  assertEquals(samples, { a: [1, 4, 5], b: [2, 3, 6] });
});

Deno.test("measuring ends between two runs when the user has had enough", async () => {
  const stop = new AbortController();
  let runs = 0;
  const enough = () => {
    runs++;
    stop.abort(new Error("Enough"));
    return 1;
  };
  await assertRejects(() => inRounds(3, { enough }, stop.signal), Error, "Enough");
  assertEquals(runs, 1);
});
