/**
 * The commands of a site of simulated AliEn services.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { CommandBook } from "../../../lib/grid/commands/grid_commands.ts";
import { MEMORY_COMMANDS } from "./memory.ts";

const TOOL = new URL("./queue_tool.ts", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url);

/**
 * Makes the book: each step is a process of `queue_tool.ts`.
 *
 * @param base Address of the server, `http://127.0.0.1:PORT`.
 */
export function toolBook(base: string): CommandBook {
  const paths = [CONFIG, TOOL].map((url) => url.protocol === "file:" ? fromFileUrl(url) : url.href);
  const [config = "", tool = ""] = paths;
  const start = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--config", config];
  const run = [...start, "--allow-net=127.0.0.1", "--allow-read", "--allow-write", tool, base];
  return {
    take: [...run, ...MEMORY_COMMANDS.take],
    status: [...run, ...MEMORY_COMMANDS.status],
    heartbeat: [...run, ...MEMORY_COMMANDS.heartbeat],
    upload: [...run, "upload", "{file}", "{url}"],
    download: [...run, "download", "{file}", "{url}"],
  };
}
