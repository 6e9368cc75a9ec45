/**
 * A visit to a chat room: the link of whoever wants to know who is there.
 *
 * @module
 */
import type { Link, LinkHandler, LinkStatus } from "../../lib/messaging/link.ts";
import type { Occupant, Room } from "../../lib/messaging/room.ts";
import { UnreachableError } from "../../lib/cli/exit_code.ts";
import { type Jid, tryParseJid } from "../../lib/protocol/jid.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";

/** Occupants that are remembered at most. */
const MOST_OCCUPANTS = 100_000;

/** Who is told of a visit's course. */
export interface VisitListener {
  /** The connection broke or could not be made. */
  onOffline?(reason: string): void;
  /** Somebody has left the room, or has another nick. */
  onGone?(nick: string): void;
}

/**
 * A link that joins a room whenever it comes online, and knows its occupants. What it says to the whole
 * room does not come back, but for what is no command: the container's question which form the room keeps.
 */
export class Visit implements Link {
  readonly #link: Link;
  readonly #room: Room | undefined;
  readonly #listener: VisitListener;
  readonly #occupants = new Map<string, Occupant>();
  #joined = newlyJoined();
  /** True once {@linkcode joined} is settled. */
  #knows = false;

  /**
   * Nothing happens before {@linkcode open}.
   *
   * @param link The link; it is closed with the visit.
   * @param room The room. `undefined`: none is joined.
   * @param listener Told of who goes.
   */
  constructor(link: Link, room: Room | undefined, listener: VisitListener = {}) {
    this.#link = link;
    this.#room = room;
    this.#listener = listener;
    if (room === undefined) this.#joined.resolve();
  }

  /** The others in the room, by nick. */
  get occupants(): ReadonlyMap<string, Occupant> {
    return this.#occupants;
  }

  /**
   * Resolves once the room has told who is there; after a broken connection, who is there then.
   *
   * @throws {UnreachableError} When the room cannot be joined.
   */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  get jid(): Jid | undefined {
    return this.#link.jid;
  }

  open(handler: LinkHandler): Promise<Jid> {
    return this.#link.open({
      onStanza: (stanza) => {
        if (stanza.name === "presence") this.#onPresence(stanza);
        else if (!this.#isReflected(stanza)) handler.onStanza(stanza);
      },
      onStatus: (status) => {
        this.#onStatus(status);
        handler.onStatus(status);
      },
    });
  }

  send(stanza: XmlElement): void {
    this.#link.send(stanza);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  #isReflected(stanza: XmlElement): boolean {
    if (stanza.name !== "message" || decodeMessage(stanza).kind === "other") return false;
    const from = tryParseJid(stanza.attrs["from"]);
    return from !== undefined && this.#room?.isOwnNick(from) === true;
  }

  #onStatus(status: LinkStatus): void {
    if (status.type === "online") {
      // A session that is resumed is still in the room.
      if (this.#room === undefined || status.resumed === true) return;
      this.#leave();
      this.#link.send(this.#room.joinStanza(status.jid.bare));
    } else if (status.type === "offline") {
      this.#listener.onOffline?.(status.reason);
    }
  }

  #onPresence(presence: XmlElement): void {
    const news = this.#room?.read(presence);
    if (news?.type === "refused") {
      const reason = `Cannot join the room ${this.#room?.address}: ${news.condition}`;
      this.#knows = true;
      this.#joined.reject(new UnreachableError(reason));
    } else if (news?.type === "present") {
      const { occupant, own } = news;
      if (own) this.#enter();
      else if (this.#occupants.size < MOST_OCCUPANTS) this.#occupants.set(occupant.nick, occupant);
    } else if (news?.type === "gone") {
      if (news.own) return this.#leave();
      this.#occupants.delete(news.nick);
      this.#listener.onGone?.(news.nick);
    }
  }

  #enter(): void {
    this.#knows = true;
    this.#joined.resolve();
  }

  /** Nothing is known of the room until it is joined anew; who waits for the first time goes on waiting. */
  #leave(): void {
    this.#occupants.clear();
    if (this.#knows) this.#joined = newlyJoined();
    this.#knows = false;
  }
}

function newlyJoined(): PromiseWithResolvers<void> {
  const joined = Promise.withResolvers<void>();
  // Whoever waits for something else first hears of a refusal later.
  joined.promise.catch(() => {});
  return joined;
}
