/**
 * The document of a connection, as the original's ejabberd module makes it (trace
 * `monitor-real-mongo-ops`).
 *
 * @module
 */
import { agentData } from "../../lib/protocol/agent_name.ts";
import type { Connection } from "./connection_source.ts";

/** Longitude and latitude in degrees. */
export type Location = readonly [longitude: number, latitude: number];

/** What stands for a place that is not known, as in the original. */
export const NOWHERE: Location = [0, 0];

/**
 * Describes a connection.
 *
 * @param connection The connection of an agent.
 * @param location Where it is.
 * @returns The document; the monitor adds times.
 */
export function agentDocument(
  { jid, address }: Connection,
  location: Location,
): Readonly<Record<string, unknown>> {
  return {
    user: jid.local,
    host: jid.domain,
    resource: jid.resource,
    loc: location,
    agent_data: agentData(jid.local) ?? {},
    succeeded_jobs: 0,
    failed_jobs: 0,
    contributed_time: 0,
    connected: true,
    ...(address === undefined ? {} : { address }),
  };
}
