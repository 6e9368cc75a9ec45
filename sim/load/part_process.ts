/**
 * A part in a process of its own.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { TextLineStream } from "./text_lines.ts";
import { noCounts, type Part, type PartReport } from "./part.ts";
import type { PartLine, PartWords } from "./part_words.ts";

const NEWLINE = new TextEncoder().encode("\n");
/**
 * Thousands of sessions leave much behind that lives for one job: a young generation of 64 MiB keeps it from
 * being copied again and again, which saves about a tenth of the agents' CPU time.
 */
const HEAP = "--v8-flags=--min-semi-space-size=64,--max-semi-space-size=64";
const NOTHING: PartReport = { counters: noCounts(), latencies: {}, cpuSeconds: 0, rssBytes: 0 };

/** A part's process ended before it was at work. */
export class PartFailedError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "PartFailedError";

  /**
   * @param message Which part.
   * @param exitCode Exit code of its process: 3 where it did not reach a server.
   */
  constructor(message: string, readonly exitCode: number) {
    super(message);
  }
}

/** A part's process; it ends with this one. */
export class PartProcess implements Part {
  readonly #kind: string;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #ready = Promise.withResolvers<{ readonly port?: number | undefined }>();
  readonly #ended: Promise<void>;
  /** Resolved by the next report. */
  #asked: PromiseWithResolvers<void> | undefined;
  #report: PartReport = NOTHING;
  #isFinishing = false;

  private constructor(words: PartWords) {
    this.#kind = words.kind;
    const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
    const script = fromFileUrl(new URL("./part_main.ts", import.meta.url));
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--config", config, "-P=simulate", HEAP, script],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#ready.promise.catch(() => {});
    this.#ended = this.#listen();
    void this.#input.write(new TextEncoder().encode(`${JSON.stringify(words)}\n`)).catch(() => {});
  }

  /**
   * Starts a part.
   *
   * @param words What it is to be.
   * @returns The part, at work, and the port that it listens on.
   * @throws {PartFailedError} When it ends before it is at work.
   */
  static async start(
    words: PartWords,
  ): Promise<{ readonly part: PartProcess; readonly port: number }> {
    const part = new PartProcess(words);
    try {
      const { port = 0 } = await part.#ready.promise;
      return { part, port };
    } catch (error) {
      await part.#ended;
      throw error;
    }
  }

  /** See {@linkcode Part}. A process that has ended tells what it told last. */
  async report(): Promise<PartReport> {
    const asked = this.#asked = Promise.withResolvers<void>();
    this.#input.write(NEWLINE).catch(() => asked.resolve());
    await Promise.race([asked.promise, this.#ended]);
    return this.#report;
  }

  /** See {@linkcode Part}. */
  async finish(): Promise<PartReport> {
    this.#isFinishing = true;
    await this.#input.close().catch(() => {});
    await this.#ended;
    return this.#report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
  }

  async #listen(): Promise<void> {
    const lines = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) this.#take(JSON.parse(line));
    const { code } = await this.#process.status;
    const message = `The process of ${this.#kind} ended with exit code ${code}`;
    this.#ready.reject(new PartFailedError(message, code));
    await this.#input.close().catch(() => {});
    const { counters } = this.#report;
    this.#report = this.#isFinishing ? this.#report : {
      ...this.#report,
      latencies: {},
      counters: { ...counters, crashes: counters.crashes + 1, online: 0 },
      problem: message,
    };
  }

  #take(line: PartLine): void {
    if ("ready" in line) return this.#ready.resolve(line.ready);
    this.#report = line.report;
    this.#asked?.resolve();
  }
}
