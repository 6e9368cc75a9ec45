/**
 * Who is connected, asked of the server over HTTP: of ejabberd's API (`connected_users_info` of
 * mod_http_api), or of the module for Prosody that lies beside this file. Both tell addresses.
 *
 * @module
 */
import { type Clock, inTime, systemClock } from "../../lib/clock.ts";
import { boundedText } from "../../lib/http/bounded_text.ts";
import { type Jid, tryParseJid } from "../../lib/protocol/jid.ts";
import type { Census, ConnectionSource } from "./connection_source.ts";

/** Longest answer: 200,000 sessions of 300 bytes. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/** Options of {@linkcode httpSource}. */
export interface HttpSourceOptions {
  /** Whose answer it is. */
  readonly server: "ejabberd" | "prosody";
  /** Address that is asked, such as `http://127.0.0.1:5280/api/connected_users_info`. */
  readonly url: string;
  /** Content of the header `Authorization`. Default: none is sent. */
  readonly authorization?: string | undefined;
  /** Longest wait for an answer, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Clock of the wait. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * Makes a source that asks a server over HTTP.
 *
 * @param options See {@linkcode HttpSourceOptions}.
 * @returns The source.
 */
export function httpSource(options: HttpSourceOptions): ConnectionSource {
  const { timeoutMs = 30_000, clock = systemClock } = options;
  return {
    census: (signal) => inTime(clock, timeoutMs, (limited) => askServer(options, limited), signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function askServer(options: HttpSourceOptions, signal: AbortSignal): Promise<Census> {
  const { server, url, authorization } = options;
  const response = await fetch(url, {
    method: server === "ejabberd" ? "POST" : "GET",
    ...(server === "ejabberd" ? { body: "{}" } : {}),
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    redirect: "error",
    signal,
  });
  const text = await boundedText(response, LONGEST_ANSWER_BYTES);
  if (!response.ok) {
    throw new Error(`Cannot ask ${url}: status ${response.status} ${text.slice(0, 200)}`.trimEnd());
  }
  return censusOf(JSON.parse(text), url);
}

function censusOf(answer: unknown, url: string): Census {
  if (!Array.isArray(answer)) throw new SyntaxError(`The answer of ${url} is no list`);
  const connections = answer.flatMap((item) => {
    const { jid: text, ip } = Object(item) as { readonly jid?: unknown; readonly ip?: unknown };
    const jid: Jid | undefined = tryParseJid(typeof text === "string" ? text : undefined);
    if (jid === undefined) return [];
    // ejabberd writes IPv4 addresses as IPv6 ones where it listens on both.
    const address = typeof ip === "string" ? ip.replace(/^::ffff:/i, "") : undefined;
    return [{ jid, address }];
  });
  return { count: answer.length, connections };
}
