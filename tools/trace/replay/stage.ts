/**
 * Where a script is played: in memory and virtual time, or against a live peer.
 *
 * @module
 */
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import type { Player } from "./script.ts";

/** Told of what peers say. */
export interface Audience {
  /**
   * A peer said something.
   *
   * @param peer Full JID of the peer, as in the trace.
   * @param stanza What it said.
   * @param receiver Full JID, as in the trace, of who got it; `undefined` where the stage hears the
   * peer itself.
   */
  hear(peer: string, stanza: XmlElement, receiver: string | undefined): void;
}

/** A place to play. Times are seconds since the trace began. */
export interface Stage extends AsyncDisposable {
  /** The time. */
  readonly t: number;
  /** Longest wait for something that the peer is expected to say at once, in seconds. */
  readonly patienceSeconds: number;
  /** True where the peer's pauses are measured. */
  readonly keepsTime: boolean;
  /** Somebody who is played comes online. */
  enter(player: Player): Promise<void>;
  /** Somebody who is played goes offline. */
  leave(player: Player): Promise<void>;
  /** A peer comes online, where the stage starts it. */
  startPeer(peer: Player): Promise<void>;
  /** A peer dies, where the stage has started it. */
  killPeer(peer: Player): Promise<void>;
  /** Somebody who is played says something. */
  say(speaker: string, stanza: XmlElement): Promise<void>;
  /** Lets time pass until `t`, or until `done` says that it is enough. */
  until(t: number, done?: () => boolean): Promise<void>;
  /** Prepares what the peer needs by `t`, such as a job in its queue. Default: nothing is prepared. */
  readonly errands: readonly { readonly t: number; run(): Promise<void> }[];
}
