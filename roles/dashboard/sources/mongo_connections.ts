/**
 * Connections of agents in MongoDB.
 *
 * @module
 */
import { type Collection, type Filter, MongoClient, ObjectId } from "mongodb";
import { InFlight } from "../../../lib/in_flight.ts";
import {
  type AgentConnection,
  type ConnectionDocument,
  type ConnectionQuery,
  type Connections,
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
  const connections = new MongoConnections(client, database, url);
  return { connections, [Symbol.asyncDispose]: () => connections.close() };
}

class MongoConnections implements Connections {
  readonly #client: MongoClient;
  readonly #collection: Collection;
  readonly #url: string;
  readonly #questions = new InFlight();
  #connecting: Promise<unknown> | undefined;

  constructor(client: MongoClient, database: string, url: string) {
    this.#client = client;
    this.#collection = client.db(database).collection(COLLECTION);
    this.#url = url;
  }

  /** Interrupts what is asked; resolves when nothing of it is left. */
  async close(): Promise<void> {
    // A question that the driver interrupts may wait for another attempt, of which its own close knows
    // nothing; and one that began now would open the client anew.
    await Promise.all([this.#questions.close(), this.#client.close()]);
  }

  places(sinceMs?: number): Promise<Place[]> {
    const filter = sinceMs === undefined
      ? { ...AGENTS, connected: true }
      : { ...AGENTS, updated_at: { $gte: new Date(sinceMs) } };
    return this.#ask(async (collection) => {
      const documents = await collection.find(filter, { projection: { _id: 1, loc: 1 } })
        .limit(MOST_PLACES).toArray();
      return documents.flatMap(({ _id, loc }) => {
        const at = readCoordinates(loc);
        return at === null ? [] : [{ id: `${_id}`, at }];
      });
    });
  }

  document(id: string): Promise<ConnectionDocument | undefined> {
    if (!isId(id)) return Promise.resolve(undefined);
    return this.#ask(async (collection) =>
      await collection.findOne({ _id: new ObjectId(id) }) ?? undefined
    );
  }

  byIds(ids: readonly string[]): Promise<AgentConnection[]> {
    const filter = { _id: { $in: ids.filter(isId).map((id) => new ObjectId(id)) } };
    return this.#ask(async (collection) =>
      (await collection.find(filter).toArray()).map(readConnection)
    );
  }

  ofAgent(
    agent: string,
    options: { readonly limit: number; readonly sinceMs?: number | undefined },
  ): Promise<AgentConnection[]> {
    const { limit, sinceMs } = options;
    const since = sinceMs === undefined ? {} : { created_at: { $gte: new Date(sinceMs) } };
    const filter = { ...AGENTS, "agent_data.id": agent, ...since };
    return this.#ask(async (collection) => {
      const documents = await collection.find(filter).sort({ created_at: -1 }).limit(limit)
        .toArray();
      return documents.map(readConnection);
    });
  }

  async page(query: ConnectionQuery) {
    const filter = filterOf(query);
    const { offset, limit } = query;
    const [documents, total] = await Promise.all([
      this.#ask((collection) =>
        collection.find(filter).sort({ updated_at: -1 }).skip(offset).limit(limit).toArray()
      ),
      this.#ask((collection) => collection.countDocuments(filter)),
    ]);
    return { connections: documents.map(readConnection), total };
  }

  connected(): Promise<number> {
    return this.#ask((collection) => collection.countDocuments({ ...AGENTS, connected: true }));
  }

  /** Whoever asks while a connection is being made waits for that one, and learns why it failed. */
  async #ask<T>(action: (collection: Collection) => Promise<T>): Promise<T> {
    try {
      return await this.#questions.run(async () => {
        this.#connecting ??= this.#client.connect().finally(() => this.#connecting = undefined);
        await this.#connecting;
        return await action(this.#collection);
      });
    } catch (cause) {
      throw new Error(`Cannot read from ${this.#url}`, { cause });
    }
  }
}

/** Whether MongoDB has made an id: what wrote a document could give it any. */
function isId(id: string): boolean {
  return /^[0-9a-f]{24}$/i.test(id);
}

function filterOf(
  { text = "", connectedOnly = false }: ConnectionQuery,
): Filter<ConnectionDocument> {
  const pattern = { $regex: RegExp.escape(text), $options: "i" };
  return {
    ...AGENTS,
    ...connectedOnly ? { connected: true } : {},
    ...text === "" ? {} : { $or: [{ user: pattern }, { host: pattern }] },
  };
}
