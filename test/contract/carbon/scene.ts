/**
 * A Carbon under test, and how the tests talk to it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** A running server with the rules of this scene. */
export interface CarbonUnderTest extends AsyncDisposable {
  /** Port for lines. */
  readonly carbonPort: number;
  /** Port for lines that are aggregated, too. */
  readonly aggregatorPort: number;
  /** Port of Graphite's HTTP interface. */
  readonly graphitePort: number;
  /** The server's time, in whole seconds. */
  now(): number;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

/** Registers a test; `prefix` is a path that is its own. */
export type Test = (
  behaviour: string,
  run: (site: CarbonUnderTest, prefix: string) => Promise<void>,
) => void;

/** `storage-schemas.conf` of the scene. */
export const SCHEMAS = String.raw`
[short]
pattern = \.short\.
retentions = 1:60,5:120,60:20

[long]
pattern = ^contract\.
retentions = 1s:10m,5:20m,1m:2h
`;

/** `storage-aggregation.conf` of the scene. */
export const AGGREGATION = String.raw`
[sums]
pattern = \.sum$
xFilesFactor = 0
aggregationMethod = sum

[greatest]
pattern = \.max$
xFilesFactor = 0.2
aggregationMethod = max

[last]
pattern = \.last$
xFilesFactor = 0
aggregationMethod = last

[least]
pattern = \.min$
xFilesFactor = 0
aggregationMethod = min
`;

/** `aggregation-rules.conf` of the scene. */
export const RULES = `
# Comments are passed over.
contract.<case>.all.<state>.sum (1) = sum contract.<case>.host.*.<state>.count
contract.<case>.all.<state>.avg (1) = avg contract.<case>.host.*.<state>.count
contract.<case>.all.<state>.min (1) = min contract.<case>.host.*.<state>.count
contract.<case>.all.<state>.max (1) = max contract.<case>.host.*.<state>.count
contract.<case>.all.<state>.values (1) = count contract.<case>.host.*.<state>.count
contract.<case>.all.<state>.p50 (1) = p50 contract.<case>.host.*.<state>.count
contract.<case>.all.<state>.p95 (1) = p95 contract.<case>.host.*.<state>.count
contract.<case>.deep.<rest> (2) = sum contract.<case>.wide.*.<<rest>>
contract.<case>.disk.<name> (1) = sum contract.<case>.disk*.<name>_left
`;

/** A series of an answer. */
export interface Rendered {
  readonly target: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

/** A point: path, value and second. */
export type Sent = readonly [path: string, value: number, second: number];

const HOSTNAME = "127.0.0.1";
/** Looks for what was sent, 100 ms apart, before it is given up. */
const MOST_LOOKS = 150;
const LOOK_MS = 100;

/**
 * Sends chunks over one connection and waits until the server has closed it.
 *
 * @param port Where to.
 * @param chunks Texts or bytes, written one by one.
 * @param options `end: false` leaves it to the server to close, before it has read all.
 */
export async function send(
  port: number,
  chunks: readonly (string | Uint8Array)[],
  { end = true }: { readonly end?: boolean } = {},
): Promise<void> {
  using connection = await Deno.connect({ hostname: HOSTNAME, port });
  connection.setNoDelay(true);
  const encoder = new TextEncoder();
  try {
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    }
    if (end) await connection.closeWrite();
    while (await connection.read(new Uint8Array(1)) !== null);
  } catch (error) {
    // A server that closes before it has read all resets the connection.
    const isCut = error instanceof Deno.errors.ConnectionReset ||
      error instanceof Deno.errors.BrokenPipe;
    if (end || !isCut) throw error;
  }
}

/** Lines of points. */
export function linesOf(points: readonly Sent[]): string {
  return points.map((point) => `${point.join(" ")}\n`).join("");
}

/** Sends points and waits until all of them can be read. */
export async function store(site: CarbonUnderTest, points: readonly Sent[]): Promise<void> {
  await send(site.carbonPort, [linesOf(points)]);
  for (const [path, sent] of Map.groupBy(points, ([path]) => path)) {
    const seconds = new Set(sent.map(([, , second]) => second));
    await known(site, path, seconds.size, Math.min(...seconds));
  }
}

/**
 * Waits until a series has so many points.
 *
 * @returns Them, in the order of time.
 */
export async function known(
  site: CarbonUnderTest,
  path: string,
  count: number,
  first: number,
): Promise<Rendered["datapoints"]> {
  const query = { target: path, from: `${first - 1}`, noNullPoints: "1" };
  return await eventually(
    site,
    async () => (await render(site, query))[0]?.datapoints ?? [],
    (points) => points.length >= count,
  );
}

/** Looks again and again, while time passes, until what is seen is enough. */
export async function eventually<Seen>(
  site: CarbonUnderTest,
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
): Promise<Seen> {
  for (let looks = 1;; looks++) {
    const seen = await look();
    if (isEnough(seen)) return seen;
    if (looks === MOST_LOOKS) throw new Error(`Not seen in time; last: ${JSON.stringify(seen)}`);
    await site.pass(LOOK_MS);
  }
}

/** Asks Graphite; `target` may be several. */
export async function ask(
  site: CarbonUnderTest,
  path: string,
  query: Readonly<Record<string, string | readonly string[]>>,
): Promise<{ readonly status: number; readonly body: string }> {
  const words = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value])
  );
  const url = `http://${HOSTNAME}:${site.graphitePort}${path}?${new URLSearchParams(words)}`;
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.text() };
}

/** Asks for series. */
export async function render(
  site: CarbonUnderTest,
  query: Readonly<Record<string, string | readonly string[]>>,
): Promise<Rendered[]> {
  const { status, body } = await ask(site, "/render", { format: "json", ...query });
  assertEquals(status, 200, body);
  return JSON.parse(body);
}

/**
 * Paths that a search finds.
 *
 * @param query The pattern.
 */
export async function pathsFound(site: CarbonUnderTest, query: string): Promise<string[]> {
  const { body } = await ask(site, "/metrics/find", { query, format: "json" });
  return (JSON.parse(body) as { readonly path: string }[]).map(({ path }) => path);
}

/** A second some way back from which a minute begins, so that coarser points begin there, too. */
export function minuteBefore(site: CarbonUnderTest, seconds: number): number {
  const second = site.now() - seconds;
  return second - second % 60;
}
