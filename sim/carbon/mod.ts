/**
 * An embedded Carbon with its aggregator, and the part of Graphite that dashboards read: what a site has
 * when no graphite-carbon and graphite-web are installed. It keeps series by Whisper's rules in one
 * SQLite file, or in memory, and answers `/render` and `/metrics/find`.
 *
 * @module
 */

export {
  type CarbonCounts,
  type CarbonServer,
  type CarbonServerOptions,
  startCarbonServer,
} from "./carbon_server.ts";
export { ORIGINAL_AGGREGATION_RULES, ORIGINAL_STORAGE_SCHEMAS } from "./original_rules.ts";
