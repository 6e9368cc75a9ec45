/**
 * Plays recorded clients of the original against the server: what each sent, byte for byte and cut
 * into random chunks, must bring each what Prosody brought it then.
 */
import { assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/random.ts";
import { childNamed, serializeXml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { startXmppServer } from "../../../sim/xmpp/mod.ts";
import { RawClient } from "./raw_client.ts";

/** What only Prosody adds: its own identifiers of occupants, and when a presence was sent. */
const ADDED = new Set(["occupant-id", "delay"]);

interface TraceLine {
  readonly conn: string;
  readonly dir: "c2s" | "s2c";
  readonly xml: string;
}

const DOMAIN = "copilot.test";
/** Traces whose server was Prosody, and without a server's restart or a client's loss of connection. */
const TRACES = [
  "job-happy-path",
  "job-fails-exit3",
  "dedupe-same-id",
  "heartbeat-list",
  "heartbeat-unpatched-list",
  "malformed-and-odd-messages",
  "redirect",
  "queue-only-plus-storage-only",
  "two-managers-competing-shared-redis",
];

async function readTrace(name: string): Promise<TraceLine[]> {
  const url = new URL(`../../../fixtures/traces/${name}.jsonl`, import.meta.url);
  const lines = (await Deno.readTextFile(url)).split("\n").filter((line) => line !== "");
  const trace = lines.map((line) => JSON.parse(line) as TraceLine);
  const asked = trace.some(({ dir, xml }) => dir === "c2s" && xml.includes("type='subscribe'"));
  return trace.filter(({ dir, xml }) => {
    // Prosody kept rosters: it brought a request of another day, and answered with a user's absence.
    const roster = xml.startsWith("<presence") &&
      (xml.includes("type='subscribe'") ? !asked : /to='[^'/]*'.*type='unavailable'/.test(xml));
    return dir === "c2s" || !roster;
  });
}

/** The accounts that the clients of a trace log in to, as their PLAIN texts say. */
function accountsOf(trace: readonly TraceLine[]): Map<string, string> {
  const accounts = new Map<string, string>();
  for (const line of trace) {
    const secret = /<auth [^>]*>([^<]+)<\/auth>/.exec(line.xml)?.[1];
    if (line.dir !== "c2s" || secret === undefined) continue;
    const [, user = "", password = ""] = atob(secret.replace(/\s/g, "")).split("\0");
    accounts.set(user, password);
  }
  return accounts;
}

/** Sends text in chunks of random size, each a write of its own, characters split as it falls. */
function sendCut(client: RawClient, text: string, random: ReturnType<typeof seededRandom>): void {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + (random.bytes(1)[0] ?? 0) * 4;
    client.send(bytes.subarray(start, end));
    start = end;
  }
}

/** What must be the same on both servers: not the order of status codes, nor what only Prosody adds. */
function essence(element: XmlElement): unknown {
  const { "xml:lang": _lang, ...attrs }: Record<string, string> = element.attrs;
  if (attrs["xmlns"] === "jabber:client") delete attrs["xmlns"];
  const values = Object.entries(attrs).map(([key, value]) => [key, value.replace(/\n/g, " ")]);
  const children = element.children
    .filter((child) => typeof child === "string" || !ADDED.has(child.name))
    .map((child) => typeof child === "string" ? child : essence(child))
    .map((child) => JSON.stringify(child)).sort();
  return [element.name, values.sort(), children];
}

/** This server's errors carry the stanza that they answer, Prosody's do not. */
function withoutPayload(element: XmlElement): XmlElement {
  const error = childNamed(element, "error");
  return error === undefined ? element : { ...element, children: [error] };
}

async function expectLine(client: RawClient, text: string): Promise<void> {
  if (text.includes("<stream:stream")) {
    await client.next("stream:stream");
    return;
  }
  if (text === "</stream:stream>") {
    await client.next("end");
    return;
  }
  const wanted = parseXml(text);
  if (wanted.name === "stream:features") await client.next("stream:features");
  else {
    // Stanzas of two senders may overtake each other, those of one may not.
    const came = withoutPayload(
      await client.take(({ name, attrs }) =>
        name === wanted.name && attrs["from"] === wanted.attrs["from"]
      ),
    );
    assertEquals(essence(came), essence(wanted), serializeXml(came));
  }
  if (wanted.name === "success") client.restart();
}

for (const name of TRACES) {
  Deno.test(`startXmppServer() brings the clients of ${name} what Prosody brought them`, async () => {
    const trace = await readTrace(name);
    const random = seededRandom(trace.length);
    await using server = await startXmppServer({ domain: DOMAIN, accounts: accountsOf(trace) });
    await using clients = new AsyncDisposableStack();
    const byName = new Map<string, RawClient>();
    for (const [index, line] of trace.entries()) {
      let client = byName.get(line.conn);
      if (client === undefined) {
        client = clients.use(await RawClient.connect(server.port));
        byName.set(line.conn, client);
      }
      if (line.dir === "c2s") sendCut(client, line.xml, random);
      else await expectLine(client, line.xml);
      const isLast = !trace.slice(index + 1).some(({ conn }) => conn === line.conn);
      if (isLast) await client[Symbol.asyncDispose]();
    }
  });
}
