/**
 * The managed streams of a server: which one a client means that wants to resume, and how far a stream
 * came that is over.
 *
 * @module
 */
import { StanzaLedger } from "../../lib/messaging/xmpp/stanza_ledger.ts";
import { randomHex } from "../../lib/random.ts";
import type { Broker } from "./broker.ts";
import { ManagedStream, type StreamCarrier } from "./managed_stream.ts";
import type { ServerSettings } from "./server_options.ts";
import type { Session } from "./session.ts";
import type { StanzaWriter } from "./stanza_writer.ts";

/** Streams that are over whose count is remembered, for clients that ask for them. */
const MOST_REMEMBERED = 10_000;

/** What a client gets that wants to resume. */
export type ResumeAnswer =
  | { readonly type: "found"; readonly stream: ManagedStream }
  /** There is no such stream; `handled` is how far it came, where that is known. */
  | { readonly type: "gone"; readonly handled: number | undefined };

/** All managed streams, by name. */
export class StreamRegistry {
  readonly #broker: Broker;
  readonly #settings: ServerSettings;
  readonly #writer: StanzaWriter;
  readonly #streams = new Map<string, ManagedStream>();
  readonly #remembered = new Map<string, number>();

  /**
   * @param broker Whose sessions the streams carry.
   * @param settings How long a stream waits for its client, and how much it keeps.
   * @param writer Writes stanzas.
   */
  constructor(broker: Broker, settings: ServerSettings, writer: StanzaWriter) {
    this.#broker = broker;
    this.#settings = settings;
    this.#writer = writer;
  }

  /** Streams at the moment, those without a connection included. */
  get size(): number {
    return this.#streams.size;
  }

  /**
   * Puts a session under stream management.
   *
   * @param session The session; from now on its stanzas go through the stream.
   * @param carrier Its connection.
   * @param resumable Whether the client wants to resume.
   * @returns The stream.
   */
  open(session: Session, carrier: StreamCarrier, resumable: boolean): ManagedStream {
    const id = randomHex(this.#broker.settings.random, 32);
    const name = `${session.bare} ${id}`;
    const { maxUnackedStanzas: maxItems, maxUnackedBytes: maxBytes } = this.#settings.limits;
    const stream = new ManagedStream({
      id: resumable ? id : undefined,
      session,
      carrier,
      ledger: new StanzaLedger({ maxItems, maxBytes }),
      broker: this.#broker,
      writer: this.#writer,
      resumeMs: this.#settings.resumeSeconds * 1000,
      onEnd: (handled) => {
        this.#streams.delete(name);
        if (handled !== undefined) this.#remember(name, handled);
      },
    });
    if (resumable) this.#streams.set(name, stream);
    session.port = stream;
    return stream;
  }

  /**
   * Looks for a stream.
   *
   * @param bare Bare JID of who asks: nobody resumes another's stream.
   * @param id The stream's name as the client knows it.
   */
  find(bare: string, id: string): ResumeAnswer {
    const name = `${bare} ${id}`;
    const stream = this.#streams.get(name);
    if (stream !== undefined) return { type: "found", stream };
    const handled = this.#remembered.get(name);
    this.#remembered.delete(name);
    return { type: "gone", handled };
  }

  #remember(name: string, handled: number): void {
    this.#remembered.set(name, handled);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
  }
}
