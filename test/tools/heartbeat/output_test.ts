import { assertEquals } from "@std/assert";
import { answerObject, answerTable, silenceLines } from "../../../tools/heartbeat/output.ts";
import type { Answer, Silence } from "../../../tools/heartbeat/round.ts";

const ROOM = "lounge@conference.site";

function target(nick: string) {
  return { address: `${ROOM}/${nick}`, nick, label: nick };
}

function answer(nick: string, status = "", jid?: string): Answer {
  return { target: target(nick), jid, afterMs: 12.4, status };
}

/** The answers of the report's listing 4.22. */
const LOADS = [
  answer("e48b-42d9", "1min=1.51####5min=1.23####15min=1.13####"),
  answer("alpha", "15min=0.52####5min=0.65####1min=0.90####"),
  answer("25af-ecf4", "1min=1.50####5min=0.95####15min=0.40####"),
];

Deno.test("answerTable() aligns the report's listing 4.22", () => {
  assertEquals(
    answerTable("systemLoad", { answers: LOADS, silent: [] }, false),
    `Room nick  1min  5min  15min
25af-ecf4  1.50  0.95   0.40
alpha      0.90  0.65   0.52
e48b-42d9  1.51  1.23   1.13
`,
  );
});

Deno.test("answerTable() shows JIDs where the room does", () => {
  const answers = [answer("b"), answer("a", "", "agent@site/1")];
  assertEquals(
    answerTable("list", { answers, silent: [] }, false),
    `Room nick  Answer  JID
a           12 ms  agent@site/1
b           12 ms
`,
  );
  assertEquals(
    answerTable("list", { answers: [answer("b")], silent: [] }, false),
    "Room nick  Answer\nb           12 ms\n",
  );
});

Deno.test("answerTable() writes sizes with the unit that suits, and escapes what is no text", () => {
  const status = "path=/dev/a::::\x1b[2J####totalBlocks=2048M::::1P####used=1::::x####" +
    "available=1023::::1048576####used%=1%::::####mountpoint=/::::/b####";
  assertEquals(
    answerTable("diskUsage", { answers: [answer("n", status)], silent: [] }, false),
    `Room nick  Path          Size   Used  Available  Used%  Mount point
n          /dev/a     2.0 GiB  1 MiB   1023 MiB     1%  /
n          \\u001b[2J  1.0 PiB           1.0 TiB         /b
`,
  );
});

Deno.test("answerTable() is empty where nobody has answered", () => {
  assertEquals(answerTable("list", { answers: [], silent: [] }), "");
});

Deno.test("answerTable() keeps who answers without saying anything", () => {
  assertEquals(
    answerTable("systemLoad", { answers: [answer("n")], silent: [] }, false),
    "Room nick  1min  5min  15min\nn\n",
  );
});

Deno.test("answerObject() gives numbers with their units, and who is silent", () => {
  const silent: Silence[] = [{ target: target("deaf"), reason: "no answer" }];
  const memory = answer("n", "memory=mem::::swap####used=1::::0####available=2::::0####", "a@b/c");
  assertEquals(answerObject("memoryUsage", { answers: [memory], silent }), {
    question: "memoryUsage",
    answers: [{
      address: `${ROOM}/n`,
      nick: "n",
      jid: "a@b/c",
      afterMs: 12,
      memoryUsage: [
        { memory: "mem", usedMiB: 1, availableMiB: 2 },
        { memory: "swap", usedMiB: 0, availableMiB: 0 },
      ],
    }],
    silent: [{ address: `${ROOM}/deaf`, nick: "deaf", reason: "no answer" }],
  });
  assertEquals(answerObject("list", { answers: [answer("n")], silent: [] })["answers"], [
    { address: `${ROOM}/n`, nick: "n", afterMs: 12 },
  ]);
});

Deno.test("silenceLines() names who is silent, by reason", () => {
  const silent: Silence[] = [
    { target: target("a"), reason: "no answer" },
    { target: target("b"), reason: "left the room" },
    { target: target("c\x9b"), reason: "no answer" },
  ];
  assertEquals(silenceLines(silent, 2500), [
    "No answer within 2.5 s: a, c\\u009b",
    "Left the room: b",
  ]);
  assertEquals(silenceLines([], 1), []);
});
