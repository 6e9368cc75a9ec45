/**
 * A stage in memory and virtual time: the broker of the simulator, and managers or agents of ours with
 * a queue, files and a machine that follow from the trace.
 *
 * @module
 */
import type { Link } from "../../../lib/messaging/link.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import type { Bindings, VariableKind } from "../../../lib/trace/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker, memoryLink } from "../../../sim/xmpp/mod.ts";
import { bareOf, type TraceKeys } from "../open_trace.ts";
import { agentPeers } from "./agent_peers.ts";
import { managerPeers } from "./manager_peers.ts";
import type { Peers, SecureParts } from "./peers.ts";
import { isRoom, type Player, type Script } from "./script.ts";
import { type EdgeKeys, SecureEdge } from "./secure_edge.ts";
import type { Audience, Stage } from "./stage.ts";

/** What is the same in memory as in the trace: everything but ids, and nicks in rooms. */
export const SIMULATED_FIXED: readonly VariableKind[] = [
  "job",
  "host",
  "input-address",
  "output-address",
  "input-directory",
  "output-directory",
  "content",
];

/** Time moves in steps of so many milliseconds where something is waited for. */
const STEP_MS = 100;

/** Options of {@linkcode SimulatedStage}. */
export interface SimulatedStageOptions {
  readonly script: Script;
  /** Who hears the peers. */
  readonly audience: Audience;
  /** Seed of all chance. Default: 1. */
  readonly seed?: number | undefined;
  /** With it everybody speaks in the original's secure mode. Default: in clear. */
  readonly secure?: SecureParts | undefined;
}

/** See {@linkcode Stage}. */
export class SimulatedStage implements Stage {
  readonly patienceSeconds = 5;
  readonly keepsTime = true;
  readonly errands: Stage["errands"];
  readonly #clock = new VirtualClock();
  readonly #startMs = this.#clock.now();
  readonly #broker: Broker;
  readonly #audience: Audience;
  readonly #peers: Peers;
  readonly #edge: SecureEdge | undefined;
  readonly #links = new Map<string, Link>();
  #seed: number;

  /** @param options See {@linkcode SimulatedStageOptions}. */
  constructor(options: SimulatedStageOptions) {
    const { script, audience, seed = 1, secure } = options;
    this.#seed = seed * 1000;
    const edge = secure && new SecureEdge(edgeKeys(secure.keys), seededRandom(this.#seed++));
    this.#edge = edge;
    this.#audience = edge === undefined ? audience : openedFor(audience, edge);
    const domain = tryParseJid(script.peers[0]?.jid)?.domain ?? "localhost";
    this.#broker = new Broker({
      domain,
      autoRegister: true,
      clock: this.#clock,
      random: seededRandom(this.#seed++),
    });
    const parts = { script, clock: this.#clock, seed, secure };
    this.#peers = script.role === "manager" ? managerPeers(parts) : agentPeers(parts);
    this.errands = this.#peers.errands;
  }

  /** Milliseconds since the Unix epoch. */
  get nowMs(): number {
    return this.#clock.now();
  }

  get t(): number {
    return (this.#clock.now() - this.#startMs) / 1000;
  }

  async enter(player: Player): Promise<void> {
    const link = this.#link(player);
    this.#links.set(player.jid, link);
    const opened = link.open({ onStanza() {}, onStatus() {} });
    await this.#clock.advance(0);
    await opened;
  }

  async leave(player: Player): Promise<void> {
    await this.#links.get(player.jid)?.[Symbol.asyncDispose]();
    this.#links.delete(player.jid);
  }

  async startPeer(peer: Player): Promise<void> {
    const link = this.#link(peer);
    this.#links.set(peer.jid, link);
    await this.#peers.start(peer, heardLink(link, peer.jid, this.#audience));
    await this.#clock.advance(0);
  }

  killPeer(peer: Player): Promise<void> {
    return this.leave(peer);
  }

  async say(speaker: string, stanza: XmlElement): Promise<void> {
    await this.#peers.beforeSaying(stanza);
    this.#links.get(speaker)?.send(this.#edge?.protect(speaker, stanza) ?? stanza);
    await this.#clock.advance(0);
  }

  async until(t: number, done?: () => boolean): Promise<void> {
    for (;;) {
      const leftMs = Math.ceil(this.#startMs + t * 1000) - this.#clock.now();
      if (leftMs <= 0 || done?.() === true) return;
      await this.#clock.advance(Math.min(leftMs, STEP_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links.values()) await link[Symbol.asyncDispose]();
    await this.#clock.advance(0);
    await this.#peers[Symbol.asyncDispose]();
  }

  #link({ jid }: Player): Link {
    const { local: user = "", resource = "" } = tryParseJid(jid) ?? {};
    const random = seededRandom(this.#seed++);
    return memoryLink(this.#broker, { user, resource, clock: this.#clock, random, xml: true });
  }
}

/** In memory everybody is who they were. */
function edgeKeys(keys: TraceKeys): EdgeKeys {
  const keyOf = (jid: string) => keys.get(bareOf(jid));
  return { ownKey: keyOf, keyOf: (jid) => keyOf(jid)?.publicKey };
}

/** Hears in clear words what peers say encrypted. */
function openedFor(audience: Audience, edge: SecureEdge): Audience {
  return {
    hear: (peer, stanza, receiver) => audience.hear(peer, edge.open(peer, stanza), receiver),
  };
}

/** A link whose stanzas are heard as they are sent. */
function heardLink(link: Link, peer: string, audience: Audience): Link {
  return {
    get jid() {
      return link.jid;
    },
    open: (handler) => link.open(handler),
    send(stanza) {
      audience.hear(peer, stanza, undefined);
      link.send(stanza);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

/**
 * Says that every JID is what it was: in memory, all accounts and resources are those of the trace.
 *
 * @param script The script.
 * @param bindings Its variables.
 */
export function keepJids(script: Script, bindings: Bindings): void {
  const named = [...script.says, ...script.hears].map(({ stanza }) => stanza.attrs["to"] ?? "");
  const own = [...script.peers, ...script.played].map(({ jid }) => jid);
  for (const jid of [...named, ...own]) {
    if (jid !== "" && !(isRoom(jid) && jid.includes("/"))) bindings.bind("jid", jid, jid);
  }
}
