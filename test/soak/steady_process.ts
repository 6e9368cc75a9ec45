/**
 * What a process of ours holds.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Program, ProgramOptions } from "../tools/_program.ts";
import type { Reading } from "./target.ts";

/** How a program is started that can be told to settle. */
export const SETTLING = {
  preload: fromFileUrl(new URL("settle.ts", import.meta.url)),
  env: { DENO_V8_FLAGS: "--expose-gc" },
} as const satisfies ProgramOptions;

const SETTLED = /^settled (\d+)$/;
const settledTimes = new WeakMap<Program, number>();

/** Makes a program collect its garbage; resolves to the bytes that its heap and its buffers keep. */
async function settledBytes(program: Program): Promise<number> {
  const times = (settledTimes.get(program) ?? 0) + 1;
  settledTimes.set(program, times);
  program.signal("SIGUSR2");
  return Number(SETTLED.exec(await program.logged(SETTLED, times))?.[1]);
}

/** Bytes of memory that a process holds. */
async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Processes that a process has started and not waited for; each of its threads has a list. */
async function childrenOf(pid: number): Promise<number> {
  let children = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const path = `/proc/${pid}/task/${name}/children`;
    const text = await Deno.readTextFile(path).catch(() => "");
    children += text.split(" ").filter((word) => word !== "").length;
  }
  return children;
}

/**
 * Settles a program and counts what it holds.
 *
 * @param name What it is called.
 * @param program The program, started with {@linkcode SETTLING}.
 */
export async function readProcess(name: string, program: Program): Promise<readonly Reading[]> {
  const { pid } = program;
  const heap = await settledBytes(program);
  const descriptors = Array.from(Deno.readDirSync(`/proc/${pid}/fd`)).length;
  return [
    { name: `${name} heap`, kind: "heap", value: heap, life: pid },
    { name: `${name} memory`, kind: "rss", value: await residentBytes(pid), life: pid },
    { name: `${name} descriptors`, kind: "descriptors", value: descriptors, life: pid },
    { name: `${name} children`, kind: "children", value: await childrenOf(pid), life: pid },
  ];
}
