import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { displayWidth } from "../../../lib/cli/display_width.ts";
import { type Column, paint, table } from "../../../lib/cli/table.ts";

const columns: Column<{ name: string; load?: number }>[] = [
  { title: "Room nick", value: ({ name }) => name },
  {
    title: "1min",
    value: ({ load }) => load,
    style: ({ load = 0 }) => load > 1 ? "red" : undefined,
  },
  { title: "end", value: () => "x" },
];

Deno.test("table() aligns texts left and numbers right", () => {
  const rows = [{ name: "alpha", load: 0.9 }, { name: "e48b-42d9", load: 11.25 }, { name: "z" }];
  assertEquals(table(rows, columns, { colours: false }).split("\n"), [
    "Room nick   1min  end",
    "alpha        0.9  x",
    "e48b-42d9  11.25  x",
    "z                 x",
    "",
  ]);
});

Deno.test("table() colours headings and cells without moving them", () => {
  const plain = table([{ name: "a", load: 2 }], columns, { colours: false });
  const painted = table([{ name: "a", load: 2 }], columns, { colours: true });
  assert(painted.includes("\x1b[31m2\x1b[0m") && painted.includes("\x1b[1mRoom nick\x1b[0m"));
  // deno-lint-ignore no-control-regex -- the escape character begins a colour
  assertEquals(painted.replace(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("table() keeps columns under each other for any text", () => {
  const rows = fc.array(fc.record({ name: fc.string({ unit: "grapheme" }), load: fc.integer() }));
  fc.assert(fc.property(rows, (any) => {
    const lines = table(any, columns, { colours: false }).trimEnd().split("\n");
    assertEquals(lines.length, any.length + 1);
    const [title = "", ...rest] = lines;
    const width = displayWidth(title) - "end".length;
    for (const line of rest) assertEquals(displayWidth(line), width + 1);
  }));
});

Deno.test("table() escapes what would drive the terminal", () => {
  assert(table([{ name: "a\x1b[2J\n" }], columns, { colours: false }).includes("a\\u001b[2J\\n"));
});

Deno.test("displayWidth() counts wide, zero-width and coloured text", () => {
  assertEquals(displayWidth("abc"), 3);
  assertEquals(displayWidth("日本"), 4);
  assertEquals(displayWidth("e\u0301"), 1);
  assertEquals(displayWidth("👩‍🔬"), 2);
  assertEquals(displayWidth("\x1b[31mred\x1b[0m"), 3);
  assertEquals(displayWidth(""), 0);
});

Deno.test("paint() leaves text alone without colours", () => {
  assertEquals(paint("a", "green", false), "a");
  assertEquals(paint("a", "green", true), "\x1b[32ma\x1b[0m");
});
