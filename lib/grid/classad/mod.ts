/**
 * ClassAds: descriptions of jobs and machines, and what each demands of the other.
 *
 * @module
 */
export * from "./evaluate.ts";
export * from "./match.ts";
export * from "./parse_classad.ts";
export * from "./value.ts";
export * from "./write_expression.ts";
