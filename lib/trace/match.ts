/**
 * Matching by meaning: whether a stanza says now what another one said in a trace. The order of
 * attributes, the form of values (base64 or plain, prefix, line breaks), what servers add, and readings
 * of machines don't count; ids, JIDs, jobs and times are variables.
 *
 * @module
 */
import { parseHashString } from "../protocol/hash_string.ts";
import type { Info } from "../protocol/info.ts";
import { parseJdl } from "../protocol/jdl.ts";
import { type CommandMessage, decodeMessage } from "../protocol/message.ts";
import { serializeXml, type XmlElement } from "../protocol/xml.ts";
import type { Bindings, VariableKind } from "./bindings.ts";
import { isExtension, ruleOf, type ValueRule } from "./values.ts";

/** The first thing in which two stanzas differ. */
export interface Mismatch {
  /** What differs, such as `exitCode` or `job.command`. */
  readonly what: string;
  /** Its value in the trace, variables filled in; `undefined` where it has none. */
  readonly expected: string | undefined;
  /** Its value now. */
  readonly came: string | undefined;
}

/** A variable that a match would bind. */
interface Guess {
  readonly kind: VariableKind;
  readonly then: string;
  readonly now: string;
}

/** JDL entries that say something about the protocol rather than about a machine. */
const JDL_WORDS = ["Type", "Requirements", "Version"];
/** JDL entries that are left out where they are zero. */
const JDL_AMOUNTS: ReadonlySet<string> = new Set(["Memory", "FreeMemory", "Swap", "FreeSwap"]);
/** The agent's own pair in a job's data: CPU seconds. */
const WALL_TIME = "wallTime";
/** Pairs of a job's data that components of ours add; whoever does not know them echoes them. */
const OUR_PAIRS: ReadonlySet<string> = new Set(["token", "ownDirectory", "elapsed", WALL_TIME]);
const STANZAS_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** Compares two stanzas and collects what would be bound. */
class Comparison {
  readonly guesses: Guess[] = [];
  readonly #bindings: Bindings;

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  stanza(expected: XmlElement, came: XmlElement): Mismatch | undefined {
    if (expected.name !== came.name) return differ("stanza", expected.name, came.name);
    if (expected.name === "message") return this.#message(expected, came);
    const { type = "" } = expected.attrs;
    if (type !== (came.attrs["type"] ?? "")) return differ("type", type, came.attrs["type"]);
    const wrong = this.#variable("to", "jid", expected.attrs["to"], came.attrs["to"]) ??
      this.#variable("id", "id", expected.attrs["id"], came.attrs["id"]);
    if (wrong !== undefined) return wrong;
    const [then, now] = [essence(expected), essence(came)];
    return then === now ? undefined : differ("content", then, now);
  }

  #message(expected: XmlElement, came: XmlElement): Mismatch | undefined {
    const then = decodeMessage(expected);
    const now = decodeMessage(came);
    if (then.kind !== now.kind) return differ("kind of message", then.kind, now.kind);
    const receiver = this.#variable("to", "jid", then.to, now.to);
    if (receiver !== undefined) return receiver;
    if (then.kind === "ack" && now.kind === "ack") {
      return this.#variable("ack", "id", then.ack, now.ack);
    }
    if (then.kind === "command" && now.kind === "command") return this.#command(then, now);
    const [thenXml, nowXml] = [essence(expected), essence(came)];
    return thenXml === nowXml ? undefined : differ("content", thenXml, nowXml);
  }

  #command(then: CommandMessage, now: CommandMessage): Mismatch | undefined {
    const name = then.info.attributes["command"] ?? "";
    const nameNow = now.info.attributes["command"] ?? "";
    if (name !== nameNow) return differ("command", name, nameNow);
    for (const flag of ["noack", "groupchat"] as const) {
      if (then[flag] !== now[flag]) return differ(flag, `${then[flag]}`, `${now[flag]}`);
    }
    return this.#variable("id", "id", then.id, now.id) ?? this.#info("", name, then.info, now.info);
  }

  #info(path: string, owner: string, then: Info, now: Info): Mismatch | undefined {
    const names = new Set([...Object.keys(then.attributes), ...Object.keys(now.attributes)]);
    for (const name of [...names].sort()) {
      const [expected, came] = [then.attributes[name], now.attributes[name]];
      if (expected === undefined && isExtension(owner, name)) continue;
      const wrong = this.#value(`${path}${name}`, ruleOf(owner, name), expected, came);
      if (wrong !== undefined) return wrong;
    }
    const children = new Set([...Object.keys(then.children), ...Object.keys(now.children)]);
    for (const name of [...children].sort()) {
      const [expected, came] = [then.children[name], now.children[name]];
      if (expected === undefined || came === undefined) {
        return differ(`${path}${name}`, expected && "present", came && "present");
      }
      const inner = expected.attributes["command"] ?? name;
      const wrong = this.#info(`${path}${name}.`, name === "info" ? inner : name, expected, came);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  #value(
    what: string,
    rule: ValueRule,
    expected: string | undefined,
    came: string | undefined,
  ): Mismatch | undefined {
    if (expected === undefined || came === undefined) return differ(what, expected, came);
    switch (rule) {
      case "same":
        return expected === came ? undefined : differ(what, expected, came);
      case "reading":
        return undefined;
      case "duration":
        return isSameDuration(expected, came) ? undefined : differ(what, expected, came);
      case "jdl":
        return compareJdl(what, expected, came);
      case "job-data":
        return this.#jobData(what, expected, came);
      case "json":
        return sortedJson(expected) === sortedJson(came) ? undefined : differ(what, expected, came);
      case "status":
        return compareNames(what, hashOf(expected), hashOf(came));
      default:
        return this.#variable(what, rule, expected, came);
    }
  }

  #jobData(what: string, expected: string, came: string): Mismatch | undefined {
    const then = hashOf(expected);
    const now = hashOf(came);
    for (const [name, value] of then) {
      const valueNow = now.get(name);
      if (valueNow === undefined) return differ(`${what}.${name}`, value, undefined);
      // What an agent measured is a reading; that it could measure it or not, too.
      if (name === WALL_TIME) continue;
      const wrong = this.#variable(`${what}.${name}`, "data", value, valueNow);
      if (wrong !== undefined) return wrong;
    }
    const added = [...now.keys()].find((name) => !then.has(name) && !OUR_PAIRS.has(name));
    return added === undefined ? undefined : differ(`${what}.${added}`, undefined, now.get(added));
  }

  #variable(
    what: string,
    kind: VariableKind,
    expected: string | undefined,
    came: string | undefined,
  ): Mismatch | undefined {
    if (expected === undefined && came === undefined) return undefined;
    const guessed = this.guesses.find((guess) => guess.kind === kind && guess.then === expected);
    const agrees = expected !== undefined && came !== undefined &&
      (guessed === undefined || guessed.now === came) &&
      this.#bindings.agrees(kind, expected, came);
    if (!agrees) {
      const known = expected === undefined ? undefined : this.#bindings.now(kind, expected);
      return differ(what, known, came);
    }
    this.guesses.push({ kind, then: expected, now: came });
    return undefined;
  }
}

function differ(what: string, expected: string | undefined, came: string | undefined): Mismatch {
  return { what, expected, came };
}

function hashOf(text: string): Map<string, string> {
  return new Map(
    Object.entries(parseHashString(text)).map((
      [name, value],
    ) => [name, [value].flat().join("::::")]),
  );
}

function isSameDuration(then: string, now: string): boolean {
  return then === now || Math.abs(Number(then) - Number(now)) <= 1;
}

/** JSON with its names in order; what is none stays as it is. */
function sortedJson(text: string): string {
  try {
    return JSON.stringify(
      JSON.parse(text),
      (_, value: unknown) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1))
          : value,
    );
  } catch {
    return text;
  }
}

function compareNames(
  what: string,
  then: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
): Mismatch | undefined {
  const names = (hash: ReadonlyMap<string, unknown>) => [...hash.keys()].sort().join(", ");
  return names(then) === names(now)
    ? undefined
    : differ(`names in ${what}`, names(then), names(now));
}

function compareJdl(what: string, expected: string, came: string): Mismatch | undefined {
  if (expected === came) return undefined;
  let then: Map<string, string>;
  let now: Map<string, string>;
  try {
    then = parseJdl(expected);
    now = parseJdl(came);
  } catch (error) {
    if (error instanceof SyntaxError) return differ(what, expected, came);
    throw error;
  }
  for (const word of JDL_WORDS) {
    if (then.get(word) !== now.get(word)) {
      return differ(`${what}.${word}`, then.get(word), now.get(word));
    }
  }
  const named = (jdl: Map<string, string>) =>
    new Map([...jdl].filter(([name]) => !JDL_AMOUNTS.has(name)));
  return compareNames(what, named(then), named(now));
}

/** A stanza without what is compared apart or added by servers. */
function essence(element: XmlElement): string {
  const attrs: Record<string, string> = {};
  for (const name of Object.keys(element.attrs).sort()) {
    if (!["from", "to", "id", "xml:lang"].includes(name)) attrs[name] = element.attrs[name] ?? "";
  }
  // RFC 6120 leaves it to the sender whether an error repeats what it answers.
  const error = element.children.find((child) =>
    typeof child !== "string" && child.name === "error"
  );
  const children = error === undefined ? element.children : [error];
  return serializeXml({
    name: element.name,
    attrs,
    children: children.map((child) => typeof child === "string" ? child : sorted(child)),
  });
}

function sorted(element: XmlElement): XmlElement {
  const names = Object.keys(element.attrs).sort();
  const attrs = Object.fromEntries(names.map((name) => [name, element.attrs[name] ?? ""]));
  const children = element.children.filter((child) =>
    typeof child === "string" || child.name !== "text" || child.attrs["xmlns"] !== STANZAS_ERRORS
  ).map((child) => typeof child === "string" ? child : sorted(child));
  return { name: element.name, attrs, children };
}

/**
 * Compares a stanza with one of a trace. Where they match, the variables of the trace's stanza are
 * bound; where they don't, nothing is.
 *
 * @example
 * ```ts
 * import { xml } from "../protocol/xml.ts";
 * import { Bindings } from "./bindings.ts";
 * import { matchStanza } from "./match.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bindings = new Bindings();
 * const said = (id: string, command: string) =>
 *   xml("message", { to: "jm@site", id }, xml("body", {}, xml("info", { command })));
 * assertEquals(matchStanza(said("1", "pong"), said("a", "_BASE64:cG9uZw=="), bindings), undefined);
 * assertEquals(bindings.now("id", "1"), "a");
 * assertEquals(matchStanza(said("2", "pong"), said("b", "sleep"), bindings)?.what, "command");
 * ```
 *
 * @param expected The stanza of the trace.
 * @param came The stanza of now. `from` is not compared: servers stamp it.
 * @param bindings The variables.
 * @returns The first difference, or `undefined` where they match.
 */
export function matchStanza(
  expected: XmlElement,
  came: XmlElement,
  bindings: Bindings,
): Mismatch | undefined {
  const comparison = new Comparison(bindings);
  const mismatch = comparison.stanza(expected, came);
  if (mismatch !== undefined) return mismatch;
  for (const { kind, then, now } of comparison.guesses) bindings.bind(kind, then, now);
  return undefined;
}

/**
 * Says of a job's data as the trace has it what it is now, for whoever echoes it: known pairs get
 * their values of now, and pairs that only the manager of now writes are added.
 *
 * @param text The data in the trace, such as `startedAt=1####wallTime=0.00####`.
 * @param given The data that the manager of now gave for the same job.
 * @returns The data to send.
 */
export function echoJobData(text: string, given: string | undefined): string {
  const echo = hashOf(text);
  for (const [name, value] of hashOf(given ?? "")) echo.set(name, value);
  return [...echo].map(([name, value]) => `${name}=${value}####`).join("");
}
