/**
 * The reports that the original's monitor was once sent, given to ours in virtual time: to Carbon and to
 * MongoDB it must say what the original said.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type AnyBulkWriteOperation, type Document, MongoClient } from "mongodb";
import { silentLogger } from "../../../lib/log.ts";
import type { Sample } from "../../../lib/metrics/sample.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { seededRandom } from "../../../lib/random.ts";
import type { DetailStore } from "../../../roles/monitor/detail_store.ts";
import { mongoDetailStore } from "../../../roles/monitor/mongo_detail_store.ts";
import { Monitor } from "../../../roles/monitor.ts";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker, memoryLink } from "../../../sim/xmpp/mod.ts";
import { messagesOf, tracePath } from "../../traces.ts";
import { Hand } from "../_hand.ts";

const DOMAIN = "copilot.test";
const MONITOR = `mon@${DOMAIN}`;
/** Second 0 of the trace, by what the original wrote to Carbon. */
const STARTED_MS = 1_795_343_174_000;
/** When the original's monitor began to count, by its flushes. */
const MONITOR_STARTS_MS = 400;
const ENDS_MS = 95_000;

/** Plays the reports of the trace to a monitor of ours. */
async function playReports(details: (clock: VirtualClock) => DetailStore): Promise<Sample[]> {
  const clock = new VirtualClock(STARTED_MS);
  const broker = new Broker({
    domain: DOMAIN,
    autoRegister: true,
    clock,
    random: seededRandom(1),
  });
  const until = (ms: number) => clock.advance(STARTED_MS + ms - clock.now());
  const samples: Sample[] = [];
  const hands = new Map<string, Hand>();
  const link = (user: string) =>
    memoryLink(broker, { user, resource: "r", clock, random: seededRandom(hands.size + 2) });
  await using store = details(clock);
  await until(MONITOR_STARTS_MS);
  const monitor = new Monitor({
    link: link("mon"),
    metrics: {
      write: (more) => samples.push(...more),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    details: store,
    log: silentLogger,
    clock,
    random: seededRandom(1),
  });
  const stop = new AbortController();
  const running = monitor.run(stop.signal);
  for (const { line, stanza } of messagesOf("monitor-real-perl-monitor.jsonl")) {
    if (line.dir !== "c2s" || stanza.attrs["to"] !== MONITOR) continue;
    await until(line.t * 1000);
    const user = tryParseJid(stanza.attrs["from"])?.local ?? "";
    const hand = hands.get(user) ?? new Hand(link(user));
    hands.set(user, hand);
    await clock.advance(0);
    hand.send(stanza);
  }
  await until(ENDS_MS);
  const recorded = samples.slice();
  stop.abort(new Error("The trace is over"));
  await clock.advance(0);
  await running;
  return recorded;
}

const noDetails: DetailStore = {
  insert: () => {},
  update: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

Deno.test("Monitor sends to Carbon what the original's monitor sent", async () => {
  const expected = Deno.readTextFileSync(tracePath("monitor-real-carbon-lines.txt")).trim()
    .split("\n").map((line): Sample => {
      const [, sample = ""] = line.split("\t");
      const [path = "", value, timeSeconds] = sample.split(" ");
      return { path, value: Number(value), timeSeconds: Number(timeSeconds) };
    });
  const sent = await playReports(() => noDetails);
  // Within one second the order means nothing.
  const sorted = (samples: readonly Sample[]) =>
    samples.toSorted((a, b) => a.timeSeconds - b.timeSeconds || (a.path < b.path ? -1 : 1));
  const [ours, theirs] = [sorted(sent), sorted(expected)];
  assertEquals(
    ours.map(({ path, timeSeconds }) => `${path} ${timeSeconds}`),
    theirs.map(({ path, timeSeconds }) => `${path} ${timeSeconds}`),
  );
  ours.forEach(({ value }, index) => assertAlmostEquals(value, theirs[index]?.value ?? NaN, 1e-9));
});

Deno.test("Monitor leaves in MongoDB what the original's monitor left", async () => {
  await using server = await startMongoServer();
  await playReports((clock) =>
    mongoDetailStore({ url: server.url, database: "ours", clock, log: silentLogger })
  );
  const client = await MongoClient.connect(server.url);
  try {
    const read = async (database: string) => {
      const found = await client.db(database).collection("connections")
        .find({}, { projection: { _id: 0 } }).toArray();
      // The original keeps whole seconds.
      return JSON.parse(JSON.stringify(found).replaceAll(/:(\d\d)\.\d{3}Z/g, ":$1.000Z"));
    };
    const operations = recordedOperations();
    assert(operations.length > 0);
    await client.db("original").collection("connections").bulkWrite(operations);
    assertEquals(await read("ours"), await read("original"));
  } finally {
    await client.close();
  }
});

/** The original's calls, with Perl's objects as what MongoDB makes of them. */
function recordedOperations(): AnyBulkWriteOperation[] {
  const text = Deno.readTextFileSync(tracePath("monitor-real-mongo-ops.jsonl"));
  return text.trim().split("\n").flatMap((line): AnyBulkWriteOperation[] => {
    const { op, args: [first, update] } = JSON.parse(line, (_key, value) => {
      const [, kind, content = ""] = /^(JSON::PP::Boolean|boolean|DateTime)\((.*)\)$/.exec(value) ??
        [];
      if (kind === undefined) return value;
      return kind === "DateTime" ? new Date(`${content}Z`) : content === "1";
    }) as { readonly op: string; readonly args: readonly [Document, Document] };
    if (op.startsWith("insert")) return [{ insertOne: { document: first } }];
    return op.startsWith("update") ? [{ updateOne: { filter: first, update } }] : [];
  });
}
