/** Traces as people see them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { displayWidth } from "../../lib/cli.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { parseTrace, type TraceRecord } from "../../lib/trace/mod.ts";
import { filterStory } from "../../tools/trace/show/filter.ts";
import { writeHtml } from "../../tools/trace/show/html.ts";
import { type Saying, type Story, tellStory } from "../../tools/trace/show/story.ts";
import { drawSvg } from "../../tools/trace/show/svg.ts";
import { drawTerminal } from "../../tools/trace/show/terminal.ts";
import { readTrace, traceNames } from "../traces.ts";

const LIMITS = { maxStanzaBytes: 64 << 20 };

function sayings(story: Story): Saying[] {
  return story.steps.filter((step) => step.type === "saying");
}

function draw(story: Story, full = false): string[] {
  return [...drawTerminal(story, { colours: false, width: 120, full })];
}

Deno.test("trace show draws a job's dialogue, acknowledgements folded", () => {
  const story = tellStory(readTrace("job-happy-path.jsonl"));
  const lines = draw(filterStory(story, { job: "e922bca1" }));
  assertEquals(
    lines.map((line) => line.slice(0, 51)),
    [
      "          jm                                     ag",
      "   4.993   │────────────── runJob ✓ ──────────────▶",
      "   5.226   │◀────── want_getJobOutputDir ✓ ────────",
      "   5.322   │◀───────── getJobOutputDir ✓ ──────────",
      "   5.365   │───────── storeJobOutputDir ✓ ────────▶",
      "   5.444   │◀───────────── jobDone ✓ ──────────────",
    ].map((line) => line.slice(0, 51)),
  );
  assertStringIncludes(lines.at(-1) ?? "", "jobID=e922bca1  exitCode=0");
});

Deno.test("trace show tells of every message once, whatever the trace", () => {
  for (const name of traceNames()) {
    const records = readTrace(name);
    const story = tellStory(records);
    const folded = sayings(story).reduce((sum, { acks }) => sum + acks, 0);
    const sent = records.filter(({ dir, xml }) =>
      dir === "c2s" && xml.startsWith("<message")
    ).length;
    const ofServer = sayings(story).filter(({ kind }) => kind === "error" || kind === "command")
      .filter(({ line }) => records[line - 1]?.dir === "s2c").length;
    // Two managers may acknowledge one message; each acknowledgement was sent once.
    assertEquals(sayings(story).length - ofServer + folded, sent, name);
    for (const full of [false, true]) assert(draw(tellStory(records, { full }), full).length > 1);
  }
});

Deno.test("trace show marks repetitions, bounces and several acknowledgements", () => {
  const [first, ...copies] = sayings(tellStory(readTrace("resend-agent-not-acked.jsonl")));
  assertEquals([first?.copy, first?.acks], [1, 0]);
  assertEquals(copies.map(({ copy }) => copy), [2, 3, 4]);
  const [request] = sayings(tellStory(readTrace("manager-offline.jsonl")));
  assertEquals(request?.bounced, "service-unavailable");
  const [both] = sayings(tellStory(readTrace("two-managers-competing-shared-redis.jsonl")));
  assertEquals([both?.acks, both?.to], [2, ["jm", "jm2"]]);
});

Deno.test("trace show chooses by command, job and peer, all at once", () => {
  const story = tellStory(readTrace("redirect.jsonl"));
  const titles = (filter: Parameters<typeof filterStory>[1]) =>
    sayings(filterStory(story, filter)).map(({ title, from }) => `${from} ${title}`);
  assertEquals(titles({ commands: ["redirect"] }), new Array(3).fill("hand redirect"));
  assertEquals(titles({ commands: ["redirect"], job: "7119517c" }), ["hand redirect"]);
  assertEquals(titles({ peer: "hand", commands: ["want_getJob"] }).length, 2);
  assertEquals(filterStory(story, { peer: "hand" }).components, ["hand", "agent"]);
  assertEquals(titles({ job: "nothing" }), []);
});

Deno.test("trace show --full gives values whole and on one line each", () => {
  const story = filterStory(tellStory(readTrace("job-happy-path.jsonl")), { commands: ["getJob"] });
  const lines = draw(story, true);
  const jdl = lines.find((line) => line.includes("  jdl "));
  assertMatch(jdl ?? "", /jdl \[\\nWNHost="vm";\\n.*\]\\n$/);
});

Deno.test("trace show keeps its columns straight with wide names and values", () => {
  const story = tellStory(hostileTrace("監視", "エージェント", "値".repeat(80)));
  const arrows = draw(story).filter((line) => line.includes("▶") || line.includes("◀"));
  const ends = arrows.map((line) => displayWidth(line.slice(0, line.lastIndexOf("│"))));
  assertEquals(new Set(ends).size, 1, draw(story).join("\n"));
});

/** A trace of two components with names and a value of somebody's choice. */
function hostileTrace(one: string, other: string, value: string): TraceRecord[] {
  const line = (t: number, conn: string, dir: string, xml: string) =>
    JSON.stringify({ t, conn, dir, xml });
  const bound = (user: string) => `<iq type='result'><bind><jid>${user}@site/x</jid></bind></iq>`;
  const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&apos;");
  const body = `<body><info command='${escaped}' jobID='${escaped}'/></body>`;
  return parseTrace([
    line(0, one, "s2c", bound("one")),
    line(1, other, "s2c", bound("other")),
    line(2, one, "c2s", `<message to='other@site/x' id='1'>${body}</message>`),
    line(3, other, "s2c", `<message from='one@site/x' to='other@site/x' id='1'>${body}</message>`),
    line(4, other, "c2s", `<message to='one@site/x' id='2'>${body}</message>`),
  ].join("\n"));
}

const HOSTILE =
  `</title></svg><script>alert("1")</script><img src='https://x.test/'>&amp;]]>\u202e`;

function* elements(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) if (typeof child !== "string") yield* elements(child);
}

Deno.test("trace show --svg writes XML that refers to nothing, whatever the trace says", () => {
  const stories = [
    tellStory(hostileTrace(`a"><script>`, "b</svg>", HOSTILE), { full: true }),
    ...traceNames().map((name) => tellStory(readTrace(name), { full: true })),
  ];
  for (const story of stories) {
    const root = parseXml(drawSvg(story, { title: HOSTILE }), LIMITS);
    assertEquals(root.name, "svg");
    for (const { name, attrs } of elements(root)) {
      assert(
        ["svg", "g", "path", "line", "rect", "circle", "text", "tspan", "title", "style"].includes(
          name,
        ),
      );
      for (const [attribute, value] of Object.entries(attrs)) {
        assert(!/^on|href|src/.test(attribute), attribute);
        assert(attribute === "xmlns" || !value.includes("//"), value);
      }
    }
  }
});

Deno.test("trace show --html writes one page without script or request", () => {
  for (const name of ["job-happy-path.jsonl", "malformed-and-odd-messages.jsonl"]) {
    const page = writeHtml(tellStory(readTrace(name)), name);
    assertMatch(page, /^<!doctype html>/);
    assertMatch(page, /default-src 'none'/);
    for (const line of sayings(tellStory(readTrace(name))).map(({ line }) => line)) {
      assertStringIncludes(page, `href="#l${line}"`);
      assertStringIncludes(page, `id="l${line}"`);
    }
  }
  const page = writeHtml(tellStory(hostileTrace("a<b>", "c", HOSTILE)), HOSTILE);
  assert(!/<script|<img|<link|<iframe|\bon\w+=/i.test(page));
  assert(!/(?:src|href)="(?!#)/.test(page));
});

Deno.test("trace show escapes what could drive a terminal", () => {
  const story = tellStory(
    hostileTrace("a", "b", "x\u001b[2J\u202ey".replaceAll("\u001b", "\u009b")),
  );
  for (const line of [...draw(story), ...draw(story, true)]) {
    // deno-lint-ignore no-control-regex -- control characters are exactly what must not be there
    assert(!/[\u0000-\u001f\u007f-\u009f\u202e]/.test(line), JSON.stringify(line));
  }
});
