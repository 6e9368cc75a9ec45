/**
 * Runs the conformance suite on a real site, as its users do.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { RunResult } from "../../tools/conformance/result.ts";
import type { Site, startServers } from "./_site.ts";

const TOOL = fromFileUrl(new URL("../../tools/conformance.ts", import.meta.url));
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));
/** Arguments of Deno that start the suite. */
export const SUITE = ["run", "--quiet", "-A", "--config", CONFIG, TOOL] as const;
/** Accounts to play with: agent-20 and following, which no role of the site uses. */
export const PLAYERS = Array.from({ length: 24 }, (_, index) => `agent-${index + 20}:the-password`);

/** A site whose XMPP server is Prosody. */
export type RealSite = Site<Awaited<ReturnType<typeof startServers>>>;

/** Flags that take the suite to a site, with its Redis and its folders. */
export async function siteFlags(site: RealSite): Promise<string[]> {
  const { prosody, addresses } = site.servers;
  const { hostname, domain, ports, directories } = addresses;
  const accounts = await site.file("accounts", PLAYERS.join("\n"));
  await Deno.mkdir(directories.done, { recursive: true });
  return [
    ...[`--server=${prosody.host}:${prosody.port}`, `--domain=${domain}`, `--accounts=${accounts}`],
    ...[`--redis=${hostname}:${ports.redis}`, `--chirp=${hostname}:${ports.chirp}`],
    ...[`--chirp-dir=${directories.chirp}`, `--done-dir=${directories.done}`],
  ];
}

/** Runs the suite; returns its exit code and its result. */
export async function runSuite(
  site: RealSite,
  flags: readonly string[],
): Promise<{ readonly code: number; readonly result: RunResult; readonly stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...SUITE, "--json", ...await siteFlags(site), ...flags],
  }).output();
  const decoder = new TextDecoder();
  const line = decoder.decode(stdout).trimEnd().split("\n").at(-1) ?? "";
  const result = line.startsWith("{") ? JSON.parse(line) : { results: [] };
  return { code, result, stderr: decoder.decode(stderr) };
}
