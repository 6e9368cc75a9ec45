/**
 * The parties of the link contract: links with somebody who listens.
 *
 * @module
 */
import type { Link, LinkStatus } from "../../lib/messaging/link.ts";
import type { Jid } from "../../lib/protocol/jid.ts";
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";

/** The accounts that a server under the contract has; any other user is refused. */
export const LINK_USERS = ["alice", "bob"] as const;

/** A server with the accounts of {@linkcode LINK_USERS}, and links to it. */
export interface LinkFixture extends AsyncDisposable {
  /** The server's domain. */
  readonly domain: string;
  /** The domain of its rooms. */
  readonly mucDomain: string;
  /** Makes a link that is not opened yet. Its retries should be quick. */
  openLink(user: string, resource?: string): Link;
  /** Takes the server down, cutting every connection, and starts it again. */
  restartServer(): Promise<void>;
}

/** A server whose links resume: what they lose of a connection, they get by the next. */
export interface ResumptionFixture
  extends Pick<LinkFixture, "domain" | "mucDomain" | "openLink">, AsyncDisposable {
  /**
   * Whether what comes while a session moves to another connection stays in order. ejabberd 23.01 sends
   * what its old process still held round again, behind what the new one got directly.
   */
  readonly keepsOrder: boolean;
  /** Breaks the connections of all links; where the server is not told, it goes on believing in them. */
  cut(how: "told" | "untold"): void;
}

/** Longest wait for something that must happen; reaching it fails the test. */
export const PATIENCE_MS = 20_000;
/** Stanzas after which a link that still takes more has no limit. */
export const MOST_KEPT = 1_000_000;

/** Notes what a link brings and waits for it. */
export class Listener {
  readonly stanzas: XmlElement[] = [];
  readonly statuses: LinkStatus[] = [];
  #wake: () => void = () => {};

  onStanza(stanza: XmlElement): void {
    this.stanzas.push(stanza);
    this.#wake();
  }

  onStatus(status: LinkStatus): void {
    this.statuses.push(status);
    this.#wake();
  }

  /** Waits until `look` finds something. */
  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const fail = () => reject(new Error(`No ${what} came; ${this.#summary()}`));
      late.addEventListener("abort", fail, { once: true });
      await promise.finally(() => late.removeEventListener("abort", fail));
    }
  }

  /** Waits for the stanza with this id. */
  stanza(id: string): Promise<XmlElement> {
    return this.until(id, () => this.stanzas.find((stanza) => stanza.attrs["id"] === id));
  }

  /** Waits for a status, looking from the given place on. */
  status(type: LinkStatus["type"], from = 0): Promise<LinkStatus> {
    return this.until(type, () => this.statuses.slice(from).find((status) => status.type === type));
  }

  #summary(): string {
    return JSON.stringify({ statuses: this.statuses, last: this.stanzas.slice(-3) });
  }
}

/** A link with its listener. */
export interface Party extends AsyncDisposable {
  readonly link: Link;
  readonly listener: Listener;
  readonly jid: Jid;
}

export async function enter(
  fixture: Pick<LinkFixture, "openLink">,
  user: string,
  resource?: string,
): Promise<Party> {
  const link = fixture.openLink(user, resource);
  const listener = new Listener();
  const jid = await link.open(listener);
  // Only now that its presence has come back does the server send it what goes to the bare JID.
  await listener.until(
    "own presence",
    () =>
      listener.stanzas.find(({ name, attrs }) => name === "presence" && attrs["from"] === `${jid}`),
  );
  return { link, listener, jid, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
}

export function message(to: string, id: string, ...children: XmlElement[]): XmlElement {
  return xml("message", { to, id }, ...children);
}

/** Attributes and children without what a server may add on the way. */
export function payload(stanza: XmlElement | undefined): unknown {
  if (stanza === undefined) return undefined;
  const { "xml:lang": _lang, xmlns: _namespace, ...attrs } = stanza.attrs;
  return { name: stanza.name, attrs, children: stanza.children };
}

export function joinRoom(party: Party, room: string, nick: string): Promise<XmlElement> {
  const to = `${room}/${nick}`;
  party.link.send(xml("presence", { to }, xml("x", { xmlns: "http://jabber.org/protocol/muc" })));
  return party.listener.until(
    `own presence in ${to}`,
    () =>
      party.listener.stanzas.find((stanza) =>
        stanza.name === "presence" && stanza.attrs["from"] === to
      ),
  );
}
