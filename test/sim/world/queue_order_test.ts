import { assertEquals } from "@std/assert";
import { QueueOrder } from "../../../sim/world/queue_order.ts";

function orderOf(...ids: readonly string[]): QueueOrder {
  const order = new QueueOrder();
  for (const id of ids) order.submit(id, 0);
  return order;
}

Deno.test("take() wants new jobs in the order of their submission", () => {
  const order = orderOf("a", "b", "c");
  assertEquals(order.take("a", 0), undefined);
  assertEquals(order.take("c", 0), "b came before");
  assertEquals([order.take("b", 0), order.take("c", 0)], [undefined, undefined]);
  assertEquals(order.take("d", 0), "it did not wait");
});

Deno.test("take() wants jobs that came back before new ones", () => {
  const order = orderOf("a", "b");
  order.take("a", 0);
  order.giveBack("a", 0);
  assertEquals(order.take("b", 0), "a was put back to the head");
  assertEquals([order.take("a", 0), order.take("b", 0)], [undefined, undefined]);
});

Deno.test("take() wants the highest priority first", () => {
  const order = orderOf("a");
  order.submit("urgent", 1);
  assertEquals(order.take("a", 0), "jobs of priority 1 wait");
  assertEquals([order.take("urgent", 1), order.take("a", 0)], [undefined, undefined]);
});

Deno.test("length() tells how many wait, after thousands have left, too", () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `${index}`);
  const order = orderOf(...ids);
  for (const id of ids.slice(0, 9000)) assertEquals(order.take(id, 0), undefined);
  order.giveBack("0", 0);
  assertEquals([[...order.priorities()], order.length(0)], [[0], 1001]);
});

Deno.test("withdraw() lets a job leave that is held or cancelled", () => {
  const order = orderOf("a", "b", "c");
  order.take("a", 0);
  order.giveBack("a", 0);
  order.withdraw("a", 0);
  order.withdraw("b", 0);
  assertEquals([order.take("c", 0), order.length(0)], [undefined, 0]);
});
