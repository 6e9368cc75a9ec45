/**
 * Reports of a component to the monitor (report 2.2.5): what happened, how long it took, what was read.
 *
 * Nothing waits for a report and none is acknowledged: while the link is down the newest are kept, see
 * `DeliveryOptions.heldLimit`, and the rest is lost.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Command } from "../protocol/commands.ts";
import type { PostOptions } from "./delivery.ts";

/** Where a component tells what happens in it. */
export interface Events {
  /** Counts an event, such as `job.start`. */
  happened(event: string): void;
  /** Tells how long something took, in seconds; the monitor counts it, too. */
  took(event: string, seconds: number): void;
  /**
   * Times something: counts `EVENT.start` now, and tells its duration and counts `EVENT.end` when the returned
   * function is called.
   */
  begin(event: string): () => void;
  /** Tells a reading, in the unit that its name implies. */
  value(event: string, value: number): void;
  /** Has a document stored: the start of a connection. */
  store(details: Readonly<Record<string, unknown>>): void;
  /** Has the document of an agent's connection changed by a MongoDB update; the session is the agent's UUID. */
  update(session: string, updates: Readonly<Record<string, unknown>>): void;
}

/** Reports of a component without a monitor: nobody hears them. */
export const silentEvents: Events = {
  happened: () => {},
  took: () => {},
  begin: () => () => {},
  value: () => {},
  store: () => {},
  update: () => {},
};

/** Options of {@linkcode eventReporter}. */
export interface EventReporterOptions {
  /** JID of the monitor (`MON_JABBER_ADDRESS`). */
  readonly monitor: string;
  /** Whose events these are, such as `jobmanager.generic.alpha`: type and XMPP resource (report 2.3.2). */
  readonly component: string;
  /** Sends a command; the container's own. */
  readonly post: (to: string, command: Command, options: PostOptions) => unknown;
  /** Clock of durations. */
  readonly clock: Clock;
}

/**
 * Makes the reporter of a component.
 *
 * @param options See {@linkcode EventReporterOptions}.
 * @returns The reporter.
 */
export function eventReporter(options: EventReporterOptions): Events {
  const { monitor, component, post, clock } = options;
  const send = (command: Command) => {
    post(monitor, command, { noack: true });
  };
  const happened = (event: string) => send({ command: "reportEvent", component, event });
  const took = (event: string, seconds: number) =>
    send({ command: "reportEventDuration", component, event, duration: decimal(seconds) });
  return {
    happened,
    took,
    begin(event) {
      const startMs = clock.now();
      happened(`${event}.start`);
      return () => {
        took(event, (clock.now() - startMs) / 1000);
        happened(`${event}.end`);
      };
    },
    value: (event, value) =>
      send({ command: "reportEventValue", component, event, value: decimal(value) }),
    store: (details) => send({ command: "storeEventDetails", details: JSON.stringify(details) }),
    update: (session, updates) =>
      send({ command: "updateEventDetails", session, updates: JSON.stringify(updates) }),
  };
}

/** Writes a number without exponent and with six decimals at most; never `-0`. */
function decimal(value: number): string {
  return String(Number(value.toFixed(6)) + 0);
}
