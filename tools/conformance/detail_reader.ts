/**
 * Documents of connections in the MongoDB of a monitor under test, as the suite reads them.
 *
 * @module
 */
import { type Document, MongoClient } from "mongodb";

/** The original's collection. */
const COLLECTION = "connections";
/** Where the original has it. */
export const DATABASE = "copilot";
/** Longest wait for the server to answer. */
const PATIENCE_MS = 5000;

/** Reads documents, and removes those of the suite. */
export interface DetailReader extends AsyncDisposable {
  /** The documents of a user, oldest first. */
  find(user: string): Promise<Document[]>;
  /** Removes them. */
  remove(user: string): Promise<void>;
}

/**
 * Connects to a MongoDB.
 *
 * @param url Its address.
 * @throws {Error} When it does not answer.
 */
export async function readDetails(url: string): Promise<DetailReader> {
  const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: PATIENCE_MS });
  const connections = client.db(DATABASE).collection(COLLECTION);
  return {
    find: (user) => connections.find({ user }).sort({ _id: 1 }).toArray(),
    remove: async (user) => void await connections.deleteMany({ user }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}
