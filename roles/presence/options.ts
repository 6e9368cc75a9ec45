/**
 * What the presence reporter needs to be told.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Host } from "../../lib/machine/host.ts";
import type { ContainerOptions } from "../../lib/messaging/container.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { Random } from "../../lib/random.ts";
import type { Location } from "./agent_document.ts";
import type { ConnectionSource } from "./connection_source.ts";

/** Keeps what is open over restarts: UUIDs of agents by full JID. */
export interface OpenConnections {
  /** What was kept last; empty at first. */
  load(): Promise<ReadonlyMap<string, string>>;
  /** Keeps it. */
  save(open: ReadonlyMap<string, string>): Promise<void>;
}

/** Options of the presence reporter. */
export interface PresenceOptions {
  /** The reporter's own XMPP session; opened when it runs, closed when it stops. */
  readonly link: Link;
  /** JID of the monitor (`MON_JABBER_ADDRESS`). */
  readonly monitor: string;
  /** Name of the XMPP server in `copilot.ejabberd.HOST.connected`. */
  readonly host: string;
  /** Knows who is connected. */
  readonly source: ConnectionSource;
  /** Finds the place of an address. Default: nobody does, and every place is `[0, 0]`. */
  readonly locate?: ((address: string) => Location | undefined) | undefined;
  /** Keeps what is open over restarts. Default: after a restart, documents stay open whose agents have gone meanwhile. */
  readonly kept?: OpenConnections | undefined;
  /** Time between two looks at the connections. Default: 10,000 ms. */
  readonly lookMs?: number | undefined;
  /** Documents stored and closed at a look; the others follow at the next ones. Default: 1000. */
  readonly changesPerLook?: number | undefined;
  /** Time between two reports of their number. Default: 60,000 ms, as the original. */
  readonly reportMs?: number | undefined;
  /** Bare JID of the Heartbeat room. Default: none. */
  readonly room?: string | undefined;
  /** The machine, for whoever asks through Heartbeat. Default: none, pings alone are answered. */
  readonly machine?: Host | undefined;
  /** Told when the server cannot be asked. */
  readonly log: Logger;
  /** Form of messages (`XMPP_ENVELOPE`), see `ContainerOptions`. Default: `original`. */
  readonly envelope?: ContainerOptions["envelope"];
  /** Clock of looks and reports. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of message ids. Default: the machine's. */
  readonly random?: Random | undefined;
}
