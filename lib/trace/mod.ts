/**
 * Traces: recordings of what components say to each other, read, understood and compared by meaning.
 *
 * @module
 */
export * from "./bindings.ts";
export * from "./describe.ts";
export * from "./format.ts";
export * from "./match.ts";
export * from "./passages.ts";
export * from "./read.ts";
export * from "./sessions.ts";
export type { XmlElement } from "../protocol/xml.ts";
