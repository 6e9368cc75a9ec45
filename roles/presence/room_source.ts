/**
 * Who is connected, as a chat room knows it: works with any server, and tells no addresses. Most rooms show
 * the JIDs behind their nicks to moderators only; others are counted.
 *
 * @module
 */
import type { Link, LinkHandler } from "../../lib/messaging/link.ts";
import { Room } from "../../lib/messaging/room.ts";
import { tryParseJid } from "../../lib/protocol/jid.ts";
import { systemRandom } from "../../lib/random.ts";
import type { Census, ConnectionSource } from "./connection_source.ts";

/** Occupants that are remembered at most. */
const MOST_OCCUPANTS = 200_000;

/** Hears what a room tells of its occupants. */
export class RoomSource implements ConnectionSource {
  readonly #room: Room;
  /** JIDs by nick; `undefined` where the room hides it. */
  readonly #occupants = new Map<string, string | undefined>();
  /** Whether the room has told of everybody. */
  #isComplete = false;
  #refusal: string | undefined;

  /** @param room Bare JID of the room; whoever uses the link joins it. */
  constructor(room: string) {
    this.#room = new Room(room, systemRandom);
  }

  /**
   * Puts an ear on a link.
   *
   * @param link The session that joins the room.
   * @returns The same link; use it in its place.
   */
  listen(link: Link): Link {
    return {
      get jid() {
        return link.jid;
      },
      open: (handler) => link.open(this.#listening(handler)),
      send: (stanza) => link.send(stanza),
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    };
  }

  /** See {@linkcode ConnectionSource}. */
  census(): Promise<Census> {
    if (!this.#isComplete) {
      const why = this.#refusal === undefined
        ? "it has not answered yet"
        : `it says ${this.#refusal}`;
      return Promise.reject(new Error(`The room ${this.#room.address} tells nothing: ${why}`));
    }
    const connections = [...this.#occupants.values()].flatMap((text) => {
      const jid = tryParseJid(text);
      return jid === undefined ? [] : [{ jid }];
    });
    return Promise.resolve({ count: this.#occupants.size, connections });
  }

  /** Nothing is held. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #listening(handler: LinkHandler): LinkHandler {
    return {
      onStanza: (stanza) => {
        const news = stanza.name === "presence" ? this.#room.read(stanza) : undefined;
        if (news?.type === "present") {
          if (news.own) this.#isComplete = true;
          else if (this.#occupants.size < MOST_OCCUPANTS) {
            this.#occupants.set(news.occupant.nick, news.occupant.jid);
          }
        } else if (news?.type === "gone") {
          if (news.own) this.#forget();
          else this.#occupants.delete(news.nick);
        } else if (news?.type === "refused") {
          this.#refusal = news.condition;
        }
        handler.onStanza(stanza);
      },
      onStatus: (status) => {
        if (status.type !== "online") this.#forget();
        handler.onStatus(status);
      },
    };
  }

  #forget(): void {
    this.#isComplete = false;
    this.#occupants.clear();
  }
}
