/**
 * A handler that notes what a link brings and can be waited for.
 *
 * @module
 */
import type { LinkHandler, LinkStatus } from "../../../../lib/messaging/link.ts";
import { xmppLink, type XmppLinkOptions } from "../../../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../../../lib/protocol/jid.ts";
import type { XmlElement } from "../../../../lib/protocol/xml.ts";

/** Longest wait for something that must happen; reaching it fails the test. */
const PATIENCE_MS = 20_000;

/** Notes stanzas and statuses. */
export class Observer implements LinkHandler {
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

  /** Types of the statuses so far. */
  get types(): string[] {
    return this.statuses.map(({ type }) => type);
  }

  /** Waits until the look succeeds. */
  async until(look: () => boolean): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`In vain: ${this.types}`)), PATIENCE_MS);
    try {
      while (!look()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await Promise.race([promise, late.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until a status of the type has come `count` times. */
  status(type: LinkStatus["type"], count = 1): Promise<void> {
    return this.until(() => this.types.filter((seen) => seen === type).length >= count);
  }
}

/** A link to a scripted server that tries again at once. */
export function linkTo(port: number, options: Partial<XmppLinkOptions> = {}) {
  return xmppLink({
    jid: Jid.parse("a@site.test"),
    password: "secret",
    host: "127.0.0.1",
    port,
    backoff: { firstMs: 1, maxMs: 5, jitter: 0 },
    closeTimeoutMs: 1,
    ...options,
  });
}
