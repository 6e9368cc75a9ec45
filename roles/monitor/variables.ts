/**
 * The monitor's configuration, `copilot-monitor.conf` (report 4.4.2).
 *
 * @module
 */
import {
  chatRoomVariables,
  defineVariables,
  envelopeVariable,
  loggingVariables,
  protectionVariables,
  xmppAccountVariables,
} from "../../lib/config.ts";

/** Name of the component and of its configuration file. */
export const MONITOR_COMPONENT = "copilot-monitor";

/** Declarations of every variable that the monitor reads. */
export const monitorVariables = defineVariables({
  ...xmppAccountVariables("MON"),
  ...loggingVariables("MON"),
  ...protectionVariables("MON"),
  ...chatRoomVariables,
  ...envelopeVariable,
  ownAddress: {
    name: "MON_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the monitor itself",
    example: "mon@xmpp.cern.ch",
    withoutEffect: "the account is that of MON_JABBER_ID",
  },
  carbonServer: {
    name: "CARBON_SERVER",
    kind: "text",
    meaning: "Machine on which Carbon runs; without it nothing is sent there",
    example: "localhost",
  },
  carbonPort: {
    name: "CARBON_PORT",
    kind: "integer",
    meaning: "Port of Carbon's aggregator, or 2003 of its cache, the original's default",
    example: "2023",
    default: 2023,
    min: 1,
    max: 65_535,
  },
  mongoServer: {
    name: "MONGODB_SERVER",
    kind: "text",
    meaning: "Machine on which MongoDB runs; without it connections are not kept",
    example: "localhost",
    // In the original's own configuration file.
    aliases: ["MONGO_SERVER"],
  },
  mongoPort: {
    name: "MONGODB_PORT",
    kind: "integer",
    meaning: "Port of MongoDB",
    example: "27017",
    default: 27_017,
    min: 1,
    max: 65_535,
  },
  mongoDatabase: {
    name: "MONGODB_DB",
    kind: "text",
    meaning: "Database of the connections (ours)",
    example: "copilot",
    default: "copilot",
  },
  metricsPort: {
    name: "MON_METRICS_PORT",
    kind: "integer",
    meaning: "Port on which /metrics is served to Prometheus; without it nothing is (ours)",
    example: "9095",
    min: 0,
    max: 65_535,
  },
  metricsHost: {
    name: "MON_METRICS_HOST",
    kind: "text",
    meaning: "Address on which /metrics is served (ours)",
    example: "0.0.0.0",
    default: "127.0.0.1",
  },
});
