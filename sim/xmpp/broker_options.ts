/**
 * How a broker behaves.
 *
 * @module
 */
import { type Clock, systemClock } from "../../lib/clock.ts";
import { type Random, systemRandom } from "../../lib/random.ts";
import type { AccountOptions } from "./accounts.ts";

/**
 * Who gets a message to a bare JID with several resources: all of the highest priority, as Prosody
 * does, or of those the most recent, as ejabberd does.
 */
export type Delivery = "all-resources" | "most-recent";

/** Options of a broker. */
export interface BrokerOptions extends AccountOptions {
  /** The domain that is served. */
  readonly domain: string;
  /** The domain of its rooms. Default: `conference.` and the domain. */
  readonly mucDomain?: string | undefined;
  /** Who gets a message to a bare JID. Default: `all-resources`. */
  readonly delivery?: Delivery | undefined;
  /**
   * What of a message is passed on: everything, as Prosody does, or what the server knows and what has a
   * namespace, as a modern ejabberd does. Default: `everything`.
   */
  readonly passes?: "everything" | "known" | undefined;
  /** The same of messages in rooms, which may be on another server. Default: as `passes`. */
  readonly passesInRooms?: "everything" | "known" | undefined;
  /** What becomes of messages to users who are away: an error or a store. Default: `error`. */
  readonly offline?: "error" | "store" | undefined;
  /** Messages stored for one user at most. Default: 100. */
  readonly maxStoredPerUser?: number | undefined;
  /** Sessions of one user at most. Default: 100,000: all agents of a site may share an account. */
  readonly maxSessionsPerUser?: number | undefined;
  /**
   * Who hears of a user's presence: all the user's sessions, as XMPP wants, or only the one it is of.
   * The first costs the square of the agents on one account. Default: `all-resources`.
   */
  readonly presence?: "all-resources" | "self" | undefined;
  /** JIDs that one session may send presence to directly. Default: 1000. */
  readonly maxDirectedPresences?: number | undefined;
  /** Rooms at most. Default: 1000. */
  readonly maxRooms?: number | undefined;
  /** Occupants of one room at most. Default: 100,000. */
  readonly maxOccupants?: number | undefined;
  /** Who sees the real JIDs in a room: its moderators or anyone. Default: `moderators`. */
  readonly realJids?: "moderators" | "anyone" | undefined;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Source of identifiers. Default: the system's. */
  readonly random?: Random | undefined;
}

type Filled<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** Options with their defaults filled in. */
export type BrokerSettings = Filled<Omit<BrokerOptions, Exclude<keyof AccountOptions, "random">>>;

/**
 * Fills in the defaults.
 *
 * @param options What was given.
 * @returns All settings.
 */
export function brokerSettings(options: BrokerOptions): BrokerSettings {
  const domain = options.domain.toLowerCase();
  return {
    domain,
    mucDomain: (options.mucDomain ?? `conference.${domain}`).toLowerCase(),
    delivery: options.delivery ?? "all-resources",
    passes: options.passes ?? "everything",
    passesInRooms: options.passesInRooms ?? options.passes ?? "everything",
    offline: options.offline ?? "error",
    maxStoredPerUser: options.maxStoredPerUser ?? 100,
    maxSessionsPerUser: options.maxSessionsPerUser ?? 100_000,
    presence: options.presence ?? "all-resources",
    maxDirectedPresences: options.maxDirectedPresences ?? 1000,
    maxRooms: options.maxRooms ?? 1000,
    maxOccupants: options.maxOccupants ?? 100_000,
    realJids: options.realJids ?? "moderators",
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
