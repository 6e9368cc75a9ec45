/**
 * The roles of ours that stand opposite in memory.
 *
 * @module
 */
import type { Link } from "../../../lib/messaging/link.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import type { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import type { TraceKeys } from "../open_trace.ts";
import type { Player, Script } from "./script.ts";
import type { Stage } from "./stage.ts";

/** Runs the roles that stand opposite. */
export interface Peers extends AsyncDisposable {
  /** See {@linkcode Stage.errands}. */
  readonly errands: Stage["errands"];
  /** Starts one; it lives until its link is disposed of. */
  start(peer: Player, link: Link): Promise<void>;
  /** Something is going to be said to it. */
  beforeSaying(stanza: XmlElement): Promise<void>;
}

/** Who is who in the original's secure mode. */
export interface SecureParts {
  /** Private keys of managers and key manager by bare JID. */
  readonly keys: TraceKeys;
  /** Bare JID of the key manager. */
  readonly keyManager: string;
}

/** What peers are made of. */
export interface PeerParts {
  readonly script: Script;
  readonly clock: VirtualClock;
  readonly seed: number;
  /** With it everybody speaks in the original's secure mode. Default: in clear. */
  readonly secure?: SecureParts | undefined;
}
