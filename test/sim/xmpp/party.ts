/**
 * Sessions on a broker for tests: what they are given is noted, nothing else.
 *
 * @module
 */
import type { Jid } from "../../../lib/protocol/jid.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import type { Broker } from "../../../sim/xmpp/broker.ts";
import type { Session, SessionPort } from "../../../sim/xmpp/session.ts";

/** A session and what came to it. */
export class Party implements SessionPort {
  /** The session. */
  readonly session: Session;
  /** Why the session ended: a condition, or `killed`. */
  ended: string | undefined;
  readonly #broker: Broker;
  #came: XmlElement[] = [];

  /**
   * Binds a session and, unless it shall be absent, makes it available.
   *
   * @param broker Where.
   * @param user Who.
   * @param resource Its resource.
   * @param priority Its priority; `absent` for no presence.
   */
  constructor(broker: Broker, user: string, resource: string, priority: number | "absent" = 0) {
    this.#broker = broker;
    this.session = broker.bind({ user, resource, port: this });
    if (priority !== "absent") {
      this.send(xml("presence", {}, xml("priority", {}, String(priority))));
      this.taken();
    }
  }

  /** The full JID. */
  get jid(): Jid {
    return this.session.jid;
  }

  deliver(stanza: XmlElement): void {
    this.#came.push(stanza);
  }

  end(condition: string | undefined): void {
    this.ended = condition ?? "killed";
  }

  /** Sends a stanza. */
  send(stanza: XmlElement): void {
    this.#broker.receive(this.session, stanza);
  }

  /** Sends a message. */
  say(to: string, id: string, type?: string): void {
    this.send(xml("message", { to, id, type }, xml("body", {}, "text")));
  }

  /** Takes what came since the last call. */
  taken(): XmlElement[] {
    const came = this.#came;
    this.#came = [];
    return came;
  }

  /** Ids of what came since the last call, errors as `ID:CONDITION`. */
  ids(): string[] {
    return this.taken().map((stanza) => {
      const id = stanza.attrs["id"] ?? "";
      return stanza.attrs["type"] === "error" ? `${id}:${conditionOf(stanza)}` : id;
    });
  }
}

/** The condition of an error stanza. */
export function conditionOf(stanza: XmlElement | undefined): string | undefined {
  const error = stanza?.children.findLast((child) =>
    typeof child !== "string" && child.name === "error"
  );
  const [condition] = typeof error === "object" ? error.children : [];
  return typeof condition === "object" ? condition.name : undefined;
}
