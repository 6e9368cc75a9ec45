/**
 * Connections of agents in MongoDB.
 *
 * @module
 */
import { type Collection, type Filter, MongoClient, ObjectId } from "mongodb";
import {
  type AgentConnection,
  type ConnectionQuery,
  type Connections,
  type Document,
  type Place,
  readConnection,
  readCoordinates,
} from "./connections.ts";

/** Options of {@linkcode openMongoConnections}. */
export interface MongoConnectionsOptions {
  /** Where MongoDB is: `mongodb://HOST:PORT`. */
  readonly url: string;
  /** Name of the database. */
  readonly database: string;
  /** Longest wait for a server to answer, in milliseconds. Default: 3000. */
  readonly patienceMs?: number | undefined;
}

/** Collection of the original. */
const COLLECTION = "connections";
/** Agents alone: managers leave documents, too. */
const AGENTS = { "agent_data.component": "agent" };
/** Agents that one map can hold. */
const MOST_PLACES = 50_000;

/** Connections, and their connection. */
export interface OpenConnections extends AsyncDisposable {
  /** Works as long as it is not disposed of. */
  readonly connections: Connections;
}

/**
 * Makes a client; it connects at its first use, and again by itself.
 *
 * @param options See {@linkcode MongoConnectionsOptions}.
 * @returns The connections.
 */
export function openMongoConnections(options: MongoConnectionsOptions): OpenConnections {
  const { url, database, patienceMs = 3000 } = options;
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: patienceMs,
    connectTimeoutMS: patienceMs,
    socketTimeoutMS: 2 * patienceMs,
    appName: "copilot-dashboard",
  });
  return {
    connections: new MongoConnections(client.db(database).collection(COLLECTION)),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

class MongoConnections implements Connections {
  readonly #collection: Collection;

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  async places(sinceMs?: number): Promise<Place[]> {
    const filter = sinceMs === undefined
      ? { ...AGENTS, connected: true }
      : { ...AGENTS, updated_at: { $gte: new Date(sinceMs) } };
    const documents = await this.#collection.find(filter, { projection: { _id: 1, loc: 1 } })
      .limit(MOST_PLACES).toArray();
    return documents.flatMap(({ _id, loc }) => {
      const at = readCoordinates(loc);
      return at === null ? [] : [{ id: `${_id}`, at }];
    });
  }

  async document(id: string): Promise<Document | undefined> {
    if (!/^[0-9a-f]{24}$/i.test(id)) return undefined;
    return await this.#collection.findOne({ _id: new ObjectId(id) }) ?? undefined;
  }

  async byIds(ids: readonly string[]): Promise<AgentConnection[]> {
    const filter = { _id: { $in: ids.map((id) => new ObjectId(id)) } };
    return (await this.#collection.find(filter).toArray()).map(readConnection);
  }

  async ofAgent(
    agent: string,
    options: { readonly limit: number; readonly sinceMs?: number | undefined },
  ): Promise<AgentConnection[]> {
    const { limit, sinceMs } = options;
    const since = sinceMs === undefined ? {} : { created_at: { $gte: new Date(sinceMs) } };
    const documents = await this.#collection.find({ ...AGENTS, "agent_data.id": agent, ...since })
      .sort({ created_at: -1 }).limit(limit).toArray();
    return documents.map(readConnection);
  }

  async page(query: ConnectionQuery) {
    const filter = filterOf(query);
    const [documents, total] = await Promise.all([
      this.#collection.find(filter).sort({ updated_at: -1 })
        .skip(query.offset).limit(query.limit).toArray(),
      this.#collection.countDocuments(filter),
    ]);
    return { connections: documents.map(readConnection), total };
  }

  connected(): Promise<number> {
    return this.#collection.countDocuments({ ...AGENTS, connected: true });
  }
}

function filterOf({ text = "", connectedOnly = false }: ConnectionQuery): Filter<Document> {
  const pattern = { $regex: RegExp.escape(text), $options: "i" };
  return {
    ...AGENTS,
    ...connectedOnly ? { connected: true } : {},
    ...text === "" ? {} : { $or: [{ user: pattern }, { host: pattern }] },
  };
}
