/**
 * A small world for one case: a broker in memory, roles of ours on it, and sessions of the suite. Nobody
 * else is in it, and its time is virtual.
 *
 * @module
 */
import type { Link } from "../../../lib/messaging/link.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { type Random, seededRandom } from "../../../lib/random.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker, memoryLink } from "../../../sim/xmpp/mod.ts";
import { type Patience, Peer } from "../peer.ts";
import type { Transcript } from "../transcript.ts";
import { InFlight } from "./virtual_run.ts";

/** Domain of every world. */
export const DOMAIN = "localhost";
/** Waiting costs nothing here. */
export const PATIENCE: Patience = { answerMs: 15_000, silenceMs: 10_000 };
/** Longest name of a session in a transcript. */
const RESOURCE_DIGITS = 6;

/**
 * What becomes of a stanza that a role sends: itself, nothing, another one or several. For tests that
 * put a fault into a role.
 */
export type Disturbance = (stanza: XmlElement) => readonly XmlElement[];

/** A role as a program runs it. */
interface Role {
  run(signal: AbortSignal): Promise<void>;
}

/** One world. */
export class World implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly inFlight = new InFlight();
  readonly broker: Broker;
  readonly #disturb: Disturbance | undefined;
  readonly #peers: Peer[] = [];
  #made = 0;

  /** @param disturb What becomes of the stanzas of roles. Default: they pass. */
  constructor(disturb: Disturbance | undefined) {
    this.#disturb = disturb;
    const { clock } = this;
    this.broker = new Broker({ domain: DOMAIN, autoRegister: true, clock, random: this.random() });
  }

  /** A source of chance of its own for whoever asks. */
  random(): Random {
    return seededRandom(++this.#made);
  }

  /**
   * Starts a role.
   *
   * @param user Its account.
   * @param resource Its resource.
   * @param make Makes the role on its link.
   * @returns Stops it.
   */
  run(user: string, resource: string, make: (link: Link) => Role): AsyncDisposable {
    const stop = new AbortController();
    const running = make(this.#roleLink(user, resource)).run(stop.signal);
    // Whoever stops it sees the error.
    running.catch(() => {});
    return {
      [Symbol.asyncDispose]: async () => {
        stop.abort(new Error("The case is over"));
        await running;
      },
    };
  }

  /** Brings a session of the suite online. */
  async peer(user: string, transcript: Transcript): Promise<Peer> {
    const { broker, clock } = this;
    const resource = `suite-${(++this.#made).toString(16).slice(0, RESOURCE_DIGITS)}`;
    const peer = new Peer({
      link: memoryLink(broker, { user, resource, xml: true, clock, random: this.random() }),
      name: `${user}/${resource}`,
      transcript,
      patience: PATIENCE,
      clock,
      random: this.random(),
    });
    this.#peers.push(peer);
    await peer.open();
    return peer;
  }

  /** Ends the sessions of the suite. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) await peer[Symbol.asyncDispose]();
  }

  #roleLink(user: string, resource: string): Link {
    const { broker, clock } = this;
    const link = memoryLink(broker, { user, resource, xml: true, clock, random: this.random() });
    const disturb = this.#disturb;
    return disturb === undefined ? link : disturbed(link, disturb);
  }
}

function disturbed(link: Link, disturb: Disturbance): Link {
  return {
    get jid() {
      return link.jid;
    },
    open: (handler) => link.open(handler),
    send: (stanza) => {
      for (const other of disturb(stanza)) link.send(other);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}
