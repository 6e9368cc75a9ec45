/**
 * The way of stanzas between roles: watched, and disturbed on demand.
 *
 * @module
 */
import type { Link } from "../../lib/messaging/link.ts";
import { parseCommand } from "../../lib/protocol/command_codec.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";

/** A message on its way. */
export interface Sent {
  /** Who sent it, such as `agent-1`. */
  readonly by: string;
  /** Name of its command; `ack` for an acknowledgement. */
  readonly what: string;
  readonly stanza: XmlElement;
  /** Virtual time at which it was sent. */
  readonly atMs: number;
}

/** What becomes of a message: the numbers of milliseconds after which copies arrive; none: lost. */
export type Fate = readonly number[];

const AT_ONCE: Fate = [0];

/** All links of a site. */
export class Wire {
  /** All messages so far; presence and iq are not watched. */
  readonly sent: Sent[] = [];
  /** Decides what becomes of each message. Default: it arrives at once. */
  fate: (sent: Sent, index: number) => Fate = () => AT_ONCE;

  /** @param now Tells the time. @param after Does something later. */
  constructor(
    readonly now: () => number,
    readonly after: (delayMs: number, callback: () => void) => void,
  ) {}

  /** Watches a link. */
  tap(link: Link, by: string): Link {
    return {
      get jid() {
        return link.jid;
      },
      open: (handler) => link.open(handler),
      send: (stanza) => {
        for (const delayMs of this.#fateOf(stanza, by)) {
          if (delayMs === 0) link.send(stanza);
          else this.after(delayMs, () => link.send(stanza));
        }
      },
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    };
  }

  /** Names of what one party has sent, in order. */
  by(party: string): string[] {
    return this.sent.filter(({ by }) => by === party).map(({ what }) => what);
  }

  /** Messages of one name. */
  all(what: string): Sent[] {
    return this.sent.filter((sent) => sent.what === what);
  }

  #fateOf(stanza: XmlElement, by: string): Fate {
    if (stanza.name !== "message") return AT_ONCE;
    const sent = { by, what: nameOf(stanza), stanza, atMs: this.now() };
    this.sent.push(sent);
    return this.fate(sent, this.sent.length - 1);
  }
}

function nameOf(stanza: XmlElement): string {
  const message = decodeMessage(stanza);
  if (message.kind !== "command") return message.kind;
  const command = parseCommand(message.info);
  return command.command === "unknown" ? command.name : command.command;
}
