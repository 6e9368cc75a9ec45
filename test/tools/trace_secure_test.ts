/** Traces of the original's secure mode: opened by keys, played at an edge that encrypts. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeInfo } from "../../lib/protocol/info.ts";
import { readSessionStanza } from "../../lib/messaging/session_stanza.ts";
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../lib/random.ts";
import { parseRsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { Bindings, matchStanza, stanzaOf } from "../../lib/trace/mod.ts";
import {
  ANSWER,
  bareOf,
  openTrace,
  PROTECTED,
  REQUEST,
  type TraceKeys,
} from "../../tools/trace/open_trace.ts";
import { type EdgeKeys, SecureEdge } from "../../tools/trace/replay/secure_edge.ts";
import { readTrace, tracePath } from "../traces.ts";
import { decryptedTrace } from "../lib/secure/_vectors.ts";
import { runProgram } from "./_program.ts";

const TRACE = "secure-mode-patched.jsonl";
const AGENT = "agent@copilot.test/1";
const JM = "jm@copilot.test";

function keyFile(name: string): string {
  return new URL(`../../fixtures/vectors/${name}.priv`, import.meta.url).pathname;
}

function keysOf(...names: readonly string[]): TraceKeys {
  return new Map(names.map((name) => {
    return [`${name}@copilot.test`, parseRsaPrivateKey(Deno.readTextFileSync(keyFile(name)))];
  }));
}

/** The infos of a trace that were encrypted, as they are sent. */
function opened(keys: TraceKeys): XmlElement[] {
  return openTrace(readTrace(TRACE), keys).flatMap((record) => {
    const stanza = record.dir === "c2s" ? stanzaOf(record) : undefined;
    const { info } = readSessionStanza(stanza ?? xml("none"));
    return info?.attrs[PROTECTED] === undefined ? [] : [info];
  });
}

Deno.test("openTrace() opens all that the original's modules decrypt, with one key", () => {
  const infos = opened(keysOf("km"));
  const plain = infos.map(({ attrs: { [PROTECTED]: _, ...attrs }, ...info }) => {
    return serializeXml({ ...info, attrs });
  });
  const expected = decryptedTrace.map(({ info_xml }) => serializeXml(parseXml(info_xml)));
  assertEquals(plain, expected);
  assertEquals(
    infos.map(({ attrs }) => attrs[PROTECTED]),
    decryptedTrace.map(({ has_session_key }) => has_session_key ? REQUEST : ANSWER),
  );
});

Deno.test("openTrace() leaves what no key opens as it is", () => {
  assertEquals(openTrace(readTrace(TRACE), keysOf("jm")), readTrace(TRACE));
});

Deno.test("trace show decrypts with a key, and says where it cannot", async () => {
  const args = ["show", tracePath(TRACE)];
  const clear = await runProgram("trace", {
    args: [...args, `--key=km@copilot.test=${keyFile("km")}`],
  });
  assertMatch(clear.stdout, /getTicket[^]*storeTicket[^]*want_getJob[^]*runJob[^]*jobDone/);
  const closed = await runProgram("trace", { args });
  assert(!closed.stdout.includes("runJob") && closed.stdout.includes("(encrypted)"));
});

/** The manager's key at both ends. */
function edgeKeys(): EdgeKeys {
  const keyOf = (jid: string) => keysOf("jm").get(bareOf(jid));
  return { ownKey: keyOf, keyOf: (jid) => keyOf(jid)?.publicKey };
}

/** A command in clear words, marked or not. */
function said(to: string, protection: string | undefined): XmlElement {
  const info = encodeInfo("info", { attributes: { command: "want_getJob" }, children: {} });
  const attrs = protection === undefined ? info.attrs : { ...info.attrs, [PROTECTED]: protection };
  return xml("message", { to, id: "1" }, xml("body", {}, { ...info, attrs }));
}

Deno.test("SecureEdge encrypts what is marked and opens it at the other end, there and back", () => {
  const agents = new SecureEdge(edgeKeys(), seededRandom(1));
  const request = agents.protect(AGENT, said(JM, REQUEST));
  assertEquals(Object.keys(readSessionStanza(request).body ?? {}), ["info", "sessionKey"]);
  assert(!serializeXml(request).includes("want_getJob"));
  const managers = new SecureEdge(edgeKeys(), seededRandom(2));
  assertEquals(managers.open(AGENT, request), said(JM, REQUEST));
  const answer = managers.protect(`${JM}/alpha`, said(AGENT, ANSWER));
  assertEquals(readSessionStanza(answer).body?.sessionKey, undefined);
  assertEquals(agents.open(`${JM}/alpha`, answer), said(AGENT, ANSWER));
});

Deno.test("who speaks in clear where the trace is encrypted is told from who does not", () => {
  const edge = new SecureEdge(edgeKeys(), seededRandom(1));
  const clear = edge.open(AGENT, said(JM, undefined));
  assertEquals(clear, said(JM, undefined));
  const mismatch = matchStanza(said(JM, REQUEST), clear, new Bindings());
  assertEquals([mismatch?.what, mismatch?.came], [PROTECTED, undefined]);
  const carrying = matchStanza(said(AGENT, ANSWER), said(AGENT, REQUEST), new Bindings());
  assertEquals(carrying?.what, PROTECTED);
});

Deno.test("trace replay plays a secure trace with keys, and says so where there are none", async () => {
  const args = ["replay", tracePath(TRACE), "--side", "agent"];
  const keys = ["km", "jm"].map((name) => `--key=${name}@copilot.test=${keyFile(name)}`);
  const good = await runProgram("trace", { args: [...args, ...keys] });
  assertEquals([good.code, good.stderr], [0, ""]);
  assertMatch(good.stdout, /^Same: 12 stanzas said as the agent, 13 came as expected/);
  const none = await runProgram("trace", { args });
  assertEquals(none.code, 2);
  assertMatch(none.stderr, /it is in secure mode; --key JID=FILE is missing/);
});
