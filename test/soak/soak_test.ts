/** The instrument bites: a program that leaks is found out, thing by thing; one that does not is not. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Program, ROOT } from "../tools/_program.ts";
import { countEntries } from "./files.ts";
import { seriesTable } from "./report.ts";
import { runSoak } from "./run_soak.ts";
import { readProcess, SETTLING } from "./steady_process.ts";
import type { Reading, SoakTarget } from "./target.ts";

const SCRIPT = fromFileUrl(new URL("_leaky.ts", import.meta.url));
const ROUNDS = 20;
const WARM_UP = 6;

/** A program that keeps what its arguments name. */
class LeakyTarget implements SoakTarget, AsyncDisposable {
  readonly name = "leaky";
  readonly #folder: string;
  readonly #program: Program;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(folder: string, leaks: readonly string[]) {
    this.#folder = folder;
    const options = ["--quiet", "-A", "--config", `${ROOT}deno.json`];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...options, "--preload", SETTLING.preload, SCRIPT, folder, ...leaks],
      env: { ...SETTLING.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#program = new Program("leaky", child);
    this.#input = child.stdin.getWriter();
  }

  async round(index: number): Promise<string> {
    await this.#input.write(new TextEncoder().encode("\n"));
    return await this.#program.printed(/^round/, index + 1);
  }

  async read(): Promise<readonly Reading[]> {
    const files = await countEntries(this.#folder);
    return [
      ...await readProcess("leaky", this.#program),
      { name: "leaky files", kind: "files", value: files, life: 0 },
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#program[Symbol.asyncDispose]();
  }
}

async function soakLeaky(leaks: readonly string[]) {
  const folder = await Deno.makeTempDir({ prefix: "copilot_leaky_" });
  try {
    await using target = new LeakyTarget(folder, leaks);
    return await runSoak(target, { goOn: (done) => done < ROUNDS, warmUpRounds: WARM_UP });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a program that leaks everything is found out in everything", async () => {
  const { leaks, series } = await soakLeaky(["heap", "descriptors", "children", "files"]);
  assertEquals(leaks, true);
  const found = series.filter(({ leaks }) => leaks).map(({ kind }) => kind);
  const surely = ["heap", "descriptors", "children", "files"] as const;
  for (const kind of surely) assert(found.includes(kind), `${kind}:\n${seriesTable(series)}`);
  const slopeOf = (name: string) => series.find((one) => one.name === name)?.slope;
  assertEquals(slopeOf("leaky files"), 1);
  assertEquals(slopeOf("leaky children"), 1);
  // 16,384 numbers of 8 bytes each round.
  const heap = slopeOf("leaky heap") ?? 0;
  assert(heap > 120_000 && heap < 180_000, `${heap} bytes a round`);
  assertMatch(seriesTable(series), /^leaky files\s+14\s.*GROWS$/m);
});

Deno.test("a program that gives everything back is not blamed", async () => {
  const { leaks, series, rounds } = await soakLeaky([]);
  assertEquals(leaks, false, seriesTable(series));
  assertEquals(rounds, ROUNDS);
  assertEquals(series.length, 5);
});

Deno.test("a soak that was too short to judge fails instead of saying that all is well", async () => {
  const target: SoakTarget = {
    name: "brief",
    round: () => Promise.resolve("nothing"),
    read: () => Promise.resolve([{ name: "keys", kind: "keys", value: 1, life: 0 }]),
  };
  const brief = () => runSoak(target, { goOn: (done) => done < 10 });
  await assertRejects(brief, Error, "Cannot judge brief after 10 rounds");
});
