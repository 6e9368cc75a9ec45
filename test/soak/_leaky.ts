/**
 * A program that works in rounds, one for each line on its standard input, and keeps what its arguments
 * name: `heap`, `descriptors`, `children`, `files`. Without arguments it keeps nothing.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { join } from "@std/path";
import { printLine } from "../../lib/cli/output.ts";

const [folder = "", ...leaks] = Deno.args;
const kept: unknown[] = [];
let round = 0;

/** Things that are made and, in a sound program, given back. */
async function work(): Promise<void> {
  round++;
  const path = join(folder, `round-${round}`);
  const data = Array.from({ length: 16_384 }, (_, index) => round + index / 7);
  const file = await Deno.open(path, { write: true, create: true });
  await file.write(new TextEncoder().encode(JSON.stringify(data)));
  // Ends by itself when this program does.
  const child = new Deno.Command("cat", { stdin: "piped", stdout: "null" }).spawn();
  if (leaks.includes("heap")) kept.push(data);
  if (!leaks.includes("descriptors")) file.close();
  if (!leaks.includes("children")) {
    await child.stdin.close();
    await child.status;
  }
  if (!leaks.includes("files")) await Deno.remove(path);
}

for await (const _ of createInterface({ input: Readable.fromWeb(Deno.stdin.readable) })) {
  await work();
  printLine(`round ${round}`);
}
