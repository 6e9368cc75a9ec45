/**
 * Jabber identifiers (RFC 7622): `local@domain/resource`.
 *
 * @module
 */

/** Longest part of a JID in bytes of UTF-8 (RFC 7622, 3.1). */
const LONGEST_PART = 1023;
// deno-lint-ignore no-control-regex -- control characters are exactly what must be refused
const BAD_LOCAL = /[\u0000-\u0020"&'/:<>@\u007f]/;
// deno-lint-ignore no-control-regex -- see above
const BAD_DOMAIN = /[\u0000-\u0020"&'/<>@\u007f]/;
// deno-lint-ignore no-control-regex -- see above
const BAD_RESOURCE = /[\u0000-\u001f\u007f]/;

/** What nearly all JIDs look like: nothing in them is to be checked or changed. */
const PLAIN = /^[a-z0-9._+-]{1,255}@[a-z0-9.-]{1,255}(?:\/[!-~]{1,255})?$/;

const encoder = new TextEncoder();

function checkPart(part: string, bad: RegExp, what: string, jid: string): void {
  const tooLong = part.length > LONGEST_PART / 4 && encoder.encode(part).length > LONGEST_PART;
  if (tooLong || bad.test(part)) {
    throw new SyntaxError(`Cannot parse JID ${JSON.stringify(jid.slice(0, 200))}: bad ${what}`);
  }
}

/**
 * A Jabber identifier. Local part and domain are compared in lower case and kept so; the resource
 * is compared as it stands.
 *
 * @example
 * ```ts
 * import { Jid } from "./jid.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const jid = Jid.parse("Agent@Site.org/One");
 * assertEquals(jid.bare, "agent@site.org");
 * assertEquals(`${jid}`, "agent@site.org/One");
 * ```
 */
export class Jid {
  /** `local@domain`, or the domain alone. */
  readonly bare: string;
  /** `bare/resource`, or the bare JID where there is no resource. */
  readonly full: string;

  private constructor(
    /** Part before `@`; empty for a server. */
    readonly local: string,
    /** The server's domain. */
    readonly domain: string,
    /** Part after `/`; empty for a bare JID. */
    readonly resource: string,
    bare = local === "" ? domain : `${local}@${domain}`,
    full = resource === "" ? bare : `${bare}/${resource}`,
  ) {
    this.bare = bare;
    this.full = full;
  }

  /**
   * Reads a JID.
   *
   * @param text The JID as written in a stanza or a configuration file.
   * @returns The JID.
   * @throws {SyntaxError} When a part is missing, too long or holds a forbidden character.
   */
  static parse(text: string): Jid {
    const slash = text.indexOf("/");
    const bare = slash < 0 ? text : text.slice(0, slash);
    const resource = slash < 0 ? "" : text.slice(slash + 1);
    const at = bare.indexOf("@");
    if (PLAIN.test(text)) {
      return new Jid(bare.slice(0, at), bare.slice(at + 1), resource, bare, text);
    }
    const local = at < 0 ? "" : bare.slice(0, at).toLowerCase();
    const domain = bare.slice(at + 1).toLowerCase();
    if (domain === "" || at === 0 || (slash >= 0 && resource === "")) {
      throw new SyntaxError(`Cannot parse JID ${JSON.stringify(text.slice(0, 200))}: empty part`);
    }
    checkPart(local, BAD_LOCAL, "local part", text);
    checkPart(domain, BAD_DOMAIN, "domain", text);
    checkPart(resource, BAD_RESOURCE, "resource", text);
    return new Jid(local, domain, resource);
  }

  /** The same account with another resource; none with `""`. */
  withResource(resource: string): Jid {
    checkPart(resource, BAD_RESOURCE, "resource", `${this.bare}/${resource}`);
    return new Jid(this.local, this.domain, resource);
  }

  /** The JID as written in a stanza. */
  toString(): string {
    return this.full;
  }
}

/** Reads a JID; `undefined` where {@linkcode Jid.parse} would throw. */
export function tryParseJid(text: string | undefined): Jid | undefined {
  if (text === undefined) return undefined;
  try {
    return Jid.parse(text);
  } catch {
    return undefined;
  }
}
