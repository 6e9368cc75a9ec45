/**
 * A stage on a real XMPP server: whoever is played logs in there, and a live peer answers.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "../../../lib/clock.ts";
import type { Link } from "../../../lib/messaging/link.ts";
import { xmppLink } from "../../../lib/messaging/xmpp_link.ts";
import { Jid, tryParseJid } from "../../../lib/protocol/jid.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { randomHex, systemRandom } from "../../../lib/random.ts";
import type { Bindings } from "../../../lib/trace/mod.ts";
import type { Player, Script } from "./script.ts";
import type { Audience, Stage } from "./stage.ts";

/** Options of {@linkcode LiveStage}. */
export interface LiveStageOptions {
  readonly script: Script;
  readonly audience: Audience;
  readonly bindings: Bindings;
  /** The server. */
  readonly hostname: string;
  readonly port: number;
  /** Account as which everybody who is played logs in, each with a resource of its own. */
  readonly account: Jid;
  readonly password: string;
  /** The peer, bare or full. */
  readonly peer: Jid;
  /** Longest wait for the peer in seconds. Default: 30. */
  readonly patienceSeconds?: number | undefined;
  /** Seconds of the trace that pass in one second. Default: 1. */
  readonly speed?: number | undefined;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
}

/** Milliseconds between two looks whether something has come. */
const LOOK_MS = 20;

/** See {@linkcode Stage}. Every account of the trace that is played is one account here. */
export class LiveStage implements Stage {
  readonly patienceSeconds: number;
  readonly keepsTime = false;
  readonly errands = [];
  readonly #options: LiveStageOptions;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #startMs: number;
  readonly #links = new Map<string, Link>();

  /** @param options See {@linkcode LiveStageOptions}. */
  constructor(options: LiveStageOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#speed = options.speed ?? 1;
    this.#startMs = this.#clock.now();
    this.patienceSeconds = (options.patienceSeconds ?? 30) * this.#speed;
    this.#bindPeer(options.peer);
  }

  get t(): number {
    return (this.#clock.now() - this.#startMs) / 1000 * this.#speed;
  }

  async enter(player: Player): Promise<void> {
    const { hostname, port, account, password, signal, bindings } = this.#options;
    const link = xmppLink({
      jid: account,
      password,
      host: hostname,
      port,
      tls: "starttls-if-offered",
      verifyCertificate: !isLoopback(hostname),
      resource: `trace-${randomHex(systemRandom, 8)}`,
    });
    this.#links.set(player.jid, link);
    signal.throwIfAborted();
    const jid = await link.open({
      onStanza: (stanza) => this.#onStanza(stanza, player.jid),
      onStatus() {},
    });
    bindings.bind("jid", player.jid, jid.full);
  }

  async leave(player: Player): Promise<void> {
    await this.#links.get(player.jid)?.[Symbol.asyncDispose]();
    this.#links.delete(player.jid);
  }

  startPeer(): Promise<void> {
    return Promise.resolve();
  }

  killPeer(): Promise<void> {
    return Promise.resolve();
  }

  say(speaker: string, stanza: XmlElement): Promise<void> {
    this.#links.get(speaker)?.send(stanza);
    return Promise.resolve();
  }

  async until(t: number, done?: () => boolean): Promise<void> {
    while (this.t < t && done?.() !== true) {
      const leftMs = (t - this.t) * 1000 / this.#speed;
      await sleep(this.#clock, Math.min(LOOK_MS, Math.max(1, leftMs)), {
        signal: this.#options.signal,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link[Symbol.asyncDispose]()));
  }

  #onStanza(stanza: XmlElement, receiver: string): void {
    const { script, peer, audience } = this.#options;
    const from = tryParseJid(stanza.attrs["from"]);
    if (from?.bare !== peer.bare || stanza.name !== "message") return;
    const [then] = script.peers;
    if (then === undefined) return;
    this.#bindPeer(from);
    audience.hear(then.jid, stanza, receiver);
  }

  /** Learns the peer's address of now. */
  #bindPeer(now: Jid): void {
    const { script, bindings } = this.#options;
    for (const { jid } of script.peers.slice(0, 1)) {
      const then = Jid.parse(jid);
      bindings.bind("jid", then.bare, now.bare);
      if (now.resource !== "") bindings.bind("jid", then.full, now.full);
    }
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname.startsWith("127.");
}
