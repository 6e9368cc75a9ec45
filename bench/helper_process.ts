/**
 * A script in a process of its own that is asked by lines of JSON on its standard input and answers each
 * by one on its standard output.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fromFileUrl } from "@std/path";
import { printJson } from "../lib/cli.ts";

/** The asking side. */
export class HelperProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncIterator<string>;
  readonly #name: string;

  /**
   * @param script Name of the script, relative to `bench/`.
   * @param args Its arguments.
   */
  constructor(script: string, args: readonly string[] = []) {
    this.#name = script;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", fromFileUrl(new URL(script, import.meta.url)), ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    const lines = createInterface({ input: Readable.fromWeb(this.#process.stdout) });
    this.#answers = lines[Symbol.asyncIterator]();
  }

  /** Its number. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Waits for its next answer.
   *
   * @throws {Error} When it ends without one.
   */
  async answer<Answer>(): Promise<Answer> {
    const { done, value } = await this.#answers.next();
    if (done === true) throw new Error(`Cannot go on: ${this.#name} ended`);
    return JSON.parse(value);
  }

  /** Asks and waits for the answer. */
  async ask<Answer>(question: unknown): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
    return await this.answer();
  }

  /** Ends the process and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#input.abort().catch(() => {});
  }
}

/**
 * The answering side: answers questions one after the other until the input ends.
 *
 * @param answer Answers one.
 */
export async function answerQuestions<Question>(
  answer: (question: Question) => unknown,
): Promise<void> {
  for await (const line of createInterface({ input: Readable.fromWeb(Deno.stdin.readable) })) {
    printJson(await answer(JSON.parse(line)));
  }
}
