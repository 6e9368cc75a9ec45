/**
 * Kinds of arguments beyond those of Optique, written as in configuration files.
 *
 * @module
 */
import { type Message, message, text } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { parseBytes, parseSeconds } from "../config/values.ts";
import { messageOf } from "../error_message.ts";
import { tryParseJid } from "../protocol/jid.ts";

function numeric(
  metavar: "SECONDS" | "BYTES",
  parse: (text: string) => number,
): ValueParser<"sync", number> {
  return {
    mode: "sync",
    metavar,
    placeholder: 0,
    parse(input) {
      try {
        return { success: true, value: parse(input) };
      } catch (error) {
        return { success: false, error: reasonOf(error, input) };
      }
    },
    format: (value) => `${value}`,
  };
}

/** Why a value was refused, as the command line tells it. */
export function reasonOf(error: unknown, input: string): Message {
  return message`${input}: ${text(messageOf(error))}.`;
}

/** A length of time in seconds: `90`, `10m`, `2h`. */
export function seconds(): ValueParser<"sync", number> {
  return numeric("SECONDS", parseSeconds);
}

/** A size in bytes: `4096`, `500MB`, `1GiB`. */
export function bytes(): ValueParser<"sync", number> {
  return numeric("BYTES", parseBytes);
}

/** The JID of an account, with or without a resource: `local@domain`. */
export function accountJid(): ValueParser<"sync", string> {
  return {
    mode: "sync",
    metavar: "JID",
    placeholder: "local@domain",
    parse(input) {
      const local = tryParseJid(input)?.local ?? "";
      return local === ""
        ? { success: false, error: message`Expected a Jabber ID local@domain, found ${input}.` }
        : { success: true, value: input };
    },
    format: (value) => value,
  };
}
