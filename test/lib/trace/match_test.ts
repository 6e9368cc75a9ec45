import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { decodeValue, encodeValue } from "../../../lib/protocol/value.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { Bindings } from "../../../lib/trace/bindings.ts";
import { echoJobData, matchStanza } from "../../../lib/trace/match.ts";
import { messagesOf, traceNames } from "../../traces.ts";

/** The same element, attributes in another order. */
function turned(element: XmlElement): XmlElement {
  return {
    name: element.name,
    attrs: Object.fromEntries(Object.entries(element.attrs).reverse()),
    children: element.children.map((child) => typeof child === "string" ? child : turned(child)),
  };
}

/** The same command, each value in its other form: plain text for base64. */
function plain(element: XmlElement, inside = false): XmlElement {
  const isInfo = inside || element.name === "info";
  const attrs = Object.entries(element.attrs).map(([name, value]) => {
    const text = decodeValue(value);
    return [name, isInfo && !text.startsWith("_") ? text : value];
  });
  const children = element.children.map((child) =>
    typeof child === "string" ? child : plain(child, isInfo)
  );
  return { name: element.name, attrs: Object.fromEntries(attrs), children };
}

const command = (attributes: Record<string, string>, id = "1", ...children: XmlElement[]) =>
  xml("message", { to: "jm@site", id }, xml("body", {}, xml("info", attributes, ...children)));

Deno.test("matchStanza() finds every recorded message the same in all its forms", () => {
  for (const name of traceNames()) {
    for (const { stanza } of messagesOf(name)) {
      assertEquals(matchStanza(stanza, stanza, new Bindings()), undefined);
      assertEquals(matchStanza(stanza, turned(stanza), new Bindings()), undefined);
      if (decodeMessage(stanza).kind !== "command") continue;
      assertEquals(matchStanza(stanza, turned(plain(stanza)), new Bindings()), undefined);
    }
  }
});

Deno.test("matchStanza() finds one changed value, and names it", () => {
  const names = fc.constantFrom("state", "exitCode", "failure");
  fc.assert(fc.property(names, fc.string(), fc.string(), (name, then, now) => {
    const said = (value: string) =>
      command({ command: "jobDone", jobID: "7", [name]: encodeValue(value) });
    const mismatch = matchStanza(said(then), said(now), new Bindings());
    if (then.toWellFormed() === now.toWellFormed()) assertEquals(mismatch, undefined);
    else {assertEquals(mismatch, {
        what: name,
        expected: then.toWellFormed(),
        came: now.toWellFormed(),
      });}
  }));
});

Deno.test("matchStanza() binds ids one to one, and only where all else matches", () => {
  const bindings = new Bindings();
  const pong = (id: string) => command({ command: "pong" }, id);
  assertEquals(
    matchStanza(pong("a"), command({ command: "sleep" }, "x"), bindings)?.what,
    "command",
  );
  assert(!bindings.knows("id", "a"));
  assertEquals(matchStanza(pong("a"), pong("x"), bindings), undefined);
  assertEquals(matchStanza(pong("a"), pong("y"), bindings), {
    what: "id",
    expected: "x",
    came: "y",
  });
  assertEquals(matchStanza(pong("b"), pong("x"), bindings)?.what, "id");
  const ack = (id: string) => xml("message", { to: "jm@site", ack: id });
  assertEquals(matchStanza(ack("a"), ack("x"), bindings), undefined);
  assertEquals(matchStanza(ack("a"), ack("z"), bindings), {
    what: "ack",
    expected: "x",
    came: "z",
  });
});

Deno.test("matchStanza() takes a machine's readings as they come, and its words seriously", () => {
  const jdl = (text: string) => command({ command: "getJob", agentHost: "vm", jdl: text });
  const then = '[\nType="machine";\nMemory=1;\nVersion="0";\nUname="5";\n]';
  const match = (now: string) => matchStanza(jdl(then), jdl(now), new Bindings())?.what;
  assertEquals(
    match('[ Uname="6"; Version="0"; Memory=9; FreeSwap=3; Type="machine" ]'),
    undefined,
  );
  assertEquals(match('[ Uname="6"; Version="1"; Memory=9; Type="machine" ]'), "jdl.Version");
  assertEquals(match('[ Version="0"; Memory=9; Type="machine" ]'), "names in jdl");
  assertEquals(match("[ broken"), "jdl");
});

Deno.test("matchStanza() takes a measured duration as it comes, give or take a second", () => {
  const tells = (duration: string) => command({ command: "reportEventDuration", duration });
  const match = (then: string, now: string) =>
    matchStanza(tells(then), tells(now), new Bindings())?.what;
  assertEquals([match("0.14", "1.1"), match("0", "1"), match("x", "x")], Array(3).fill(undefined));
  for (const [then, now] of [["0.14", "1.2"], ["0.14", "soon"], ["10", "0"]] as const) {
    assertEquals(match(then, now), "duration");
  }
});

Deno.test("matchStanza() lets ours add what the original ignores, and nothing else", () => {
  const asks = (more: Record<string, string>) => command({ command: "want_getJob", ...more });
  const match = (more: Record<string, string>) =>
    matchStanza(asks({ agentHost: "a" }), asks({ agentHost: "b", ...more }), new Bindings())?.what;
  assertEquals(match({ agentSoftware: "x", agentSession: "y" }), undefined);
  assertEquals(match({ other: "x" }), "other");
  const runs = (data: string) => command({ command: "runJob", jmJobData: data });
  const data = (now: string) =>
    matchStanza(runs("startedAt=1####"), runs(now), new Bindings())?.what;
  assertEquals(data("token=4####startedAt=9####"), undefined);
  assertEquals(data("startedAt=9####other=1####"), "jmJobData.other");
  assertEquals(data("token=4####"), "jmJobData.startedAt");
});

Deno.test("matchStanza() holds a fixed kind to its value", () => {
  const done = (job: string) => command({ command: "jobDone", jobID: job });
  assertEquals(matchStanza(done("1"), done("2"), new Bindings()), undefined);
  assertEquals(matchStanza(done("1"), done("2"), new Bindings({ fixed: ["job"] }))?.what, "jobID");
});

Deno.test("matchStanza() compares what a redirect conveys and what a job is", () => {
  const redirect = (state: string) =>
    command(
      { command: "redirect", referral: "jm@x" },
      "1",
      xml("info", { command: "jobDone", state }),
    );
  assertEquals(matchStanza(redirect("a"), redirect("b"), new Bindings())?.what, "info.state");
  const job = (attrs: Record<string, string>) =>
    command({ command: "runJob" }, "1", xml("job", attrs));
  assertEquals(
    matchStanza(job({ id: "1", extra: "1" }), job({ id: "1" }), new Bindings())?.what,
    "job.extra",
  );
  assertEquals(matchStanza(job({}), command({ command: "runJob" }), new Bindings())?.what, "job");
});

Deno.test("echoJobData() keeps the echo's own pairs and takes the manager's of now", () => {
  assertEquals(
    echoJobData("wallTime=0.00####startedAt=1####", "startedAt=9####token=4####"),
    "wallTime=0.00####startedAt=9####token=4####",
  );
  assertEquals(echoJobData("startedAt=1####", undefined), "startedAt=1####");
});
