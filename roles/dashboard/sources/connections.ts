/**
 * The seam to what the monitor writes down of agents: a document for each of their connections, in the
 * collection `connections` (report 2.2.5.4).
 *
 * @module
 */

/** A field of a document, as it came over the wire at some time: of any type. */
export type ConnectionDocument = Readonly<Record<string, unknown>>;

/** One connection of an agent. */
export interface AgentConnection {
  /** Id of the document. */
  readonly id: string;
  /** Name of the agent, the same in all its connections. */
  readonly agent: string;
  /** Name of its account. */
  readonly user: string;
  /** Domain of its account. */
  readonly host: string;
  /** Resource of its session. */
  readonly resource: string;
  /** Processors of its machine, as the agent tells. */
  readonly cpus: string;
  /** Revision of its machine's image, as the agent tells. */
  readonly revision: string;
  /** Where it is, in degrees; null where nobody knows. */
  readonly place: Coordinates | null;
  /** Whether it is connected now. */
  readonly isConnected: boolean;
  /** Beginning, milliseconds since the epoch; 0 where it is not known. */
  readonly createdMs: number;
  /** Last change, milliseconds since the epoch; 0 where it is not known. */
  readonly updatedMs: number;
  /** Jobs that succeeded in this connection. */
  readonly succeeded: number;
  /** Jobs that failed in it. */
  readonly failed: number;
  /** Time that jobs took in it, in seconds. */
  readonly contributedSeconds: number;
}

/** Degrees east and north. */
export type Coordinates = readonly [longitude: number, latitude: number];

/** Where an agent is. */
export interface Place {
  /** Id of its connection's document. */
  readonly id: string;
  /** Where. */
  readonly at: Coordinates;
}

/** Which connections are asked for. */
export interface ConnectionQuery {
  /** Part of the account's or the host's name. Default: any. */
  readonly text?: string | undefined;
  /** Only those that are connected now. Default: all. */
  readonly connectedOnly?: boolean | undefined;
  /** Most connections. */
  readonly limit: number;
  /** Connections to leave out at the beginning. */
  readonly offset: number;
}

/** Connections of agents. */
export interface Connections {
  /** Agents with a place: those connected now, or with `sinceMs` those that changed since. */
  places(sinceMs?: number): Promise<Place[]>;
  /** A document as it is stored; undefined where there is none. */
  document(id: string): Promise<ConnectionDocument | undefined>;
  /** Connections by the ids of their documents. */
  byIds(ids: readonly string[]): Promise<AgentConnection[]>;
  /** The connections of one agent, the latest first; since a time, if one is given. */
  ofAgent(agent: string, options: {
    readonly limit: number;
    readonly sinceMs?: number | undefined;
  }): Promise<AgentConnection[]>;
  /** A page of connections, last changed first, and how many there are in all. */
  page(query: ConnectionQuery): Promise<{
    readonly connections: readonly AgentConnection[];
    readonly total: number;
  }>;
  /** Number of agents that are connected now. */
  connected(): Promise<number>;
}

/**
 * Reads a document; whatever in it is not as it should be counts as missing.
 *
 * @param document The document.
 * @returns The connection.
 */
export function readConnection(document: ConnectionDocument): AgentConnection {
  const agent = asDocument(document["agent_data"]);
  return {
    id: `${document["_id"] ?? ""}`,
    agent: textOf(agent["id"]),
    user: textOf(document["user"]),
    host: textOf(document["host"]),
    resource: textOf(document["resource"]),
    cpus: textOf(agent["cpus"]),
    revision: textOf(agent["rev"]),
    place: readCoordinates(document["loc"]),
    isConnected: document["connected"] === true,
    createdMs: timeOf(document["created_at"]),
    updatedMs: timeOf(document["updated_at"]),
    succeeded: countOf(document["succeeded_jobs"]),
    failed: countOf(document["failed_jobs"]),
    contributedSeconds: countOf(document["contributed_time"]),
  };
}

/**
 * Reads a place.
 *
 * @param value The field `loc`.
 * @returns Longitude and latitude; null where it holds none.
 */
export function readCoordinates(value: unknown): Coordinates | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [longitude, latitude] = value.map(Number);
  if (longitude === undefined || latitude === undefined) return null;
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? [longitude, latitude] : null;
}

function asDocument(value: unknown): ConnectionDocument {
  return typeof value === "object" && value !== null ? value as ConnectionDocument : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}`.slice(0, 500) : "";
}

function countOf(value: unknown): number {
  const count = Number(value);
  return Number.isFinite(count) && count > 0 ? count : 0;
}

function timeOf(value: unknown): number {
  const timeMs = value instanceof Date
    ? value.getTime()
    : typeof value === "string"
    ? Date.parse(value)
    : NaN;
  return Number.isFinite(timeMs) ? timeMs : 0;
}
