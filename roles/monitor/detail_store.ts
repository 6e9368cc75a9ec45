/**
 * The seam to the documents of connections (the original's collection `copilot.connections`).
 *
 * @module
 */

/** A document or an update, as it came from the wire and was found harmless. */
export type Document = Readonly<Record<string, unknown>>;

/**
 * Keeps a document for each connection of an agent. What is given is taken at once and stored in this
 * order; what cannot be stored now is kept within bounds.
 */
export interface DetailStore extends AsyncDisposable {
  /** Stores a new document; times of creation and change are added. */
  insert(document: Document): void;
  /** Changes the document of the open connection of the agent with this UUID, if there is one. */
  update(uuid: string, update: Document): void;
}
