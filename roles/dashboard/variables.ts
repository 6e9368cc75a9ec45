/**
 * The dashboard's configuration, `copilot-dashboard.conf` (report 4.4.6; what the original does not know
 * is marked "ours").
 *
 * @module
 */
import { defineVariables, loggingVariables } from "../../lib/config.ts";
import { queueVariables } from "../jobmanager/variables.ts";

/** Name of the component and of its configuration file. */
export const DASHBOARD_COMPONENT = "copilot-dashboard";

/** Variables of the report and of the original's file that change nothing here. */
const originalVariables = defineVariables({
  mapsKey: {
    name: "DASH_GMAPS_API_KEY",
    kind: "text",
    meaning: "API key of Google Maps",
    example: "SET_YOUR_API_KEY",
    aliases: ["DASH_GMAPS_KEY"],
    withoutEffect: "the world map is drawn from data of the project's own, without Google",
  },
  workers: {
    name: "DASH_GUNICORN_WORKERS",
    kind: "integer",
    meaning: "Processes of the original's web server",
    example: "2",
    withoutEffect: "one process serves everybody",
  },
});

/** Where monitoring data comes from; what is not set is left out of the pages. */
const sourceVariables = defineVariables({
  graphiteHost: {
    name: "DASH_GRAPHITE_HOST",
    kind: "text",
    meaning: "Address of Graphite's web interface; without it there are no graphs of the past",
    example: "localhost",
  },
  graphitePort: {
    name: "DASH_GRAPHITE_PORT",
    kind: "integer",
    meaning: "Port of Graphite's web interface",
    example: "8000",
    default: 8000,
    min: 1,
    max: 65_535,
  },
  mongodbHost: {
    name: "DASH_MONGODB_HOST",
    kind: "text",
    meaning: "Address of MongoDB; without it there are no agents and no map",
    example: "localhost",
  },
  mongodbPort: {
    name: "DASH_MONGODB_PORT",
    kind: "integer",
    meaning: "Port of MongoDB",
    example: "27017",
    default: 27_017,
    min: 1,
    max: 65_535,
  },
  mongodbDatabase: {
    name: "DASH_MONGODB_DB",
    kind: "text",
    meaning: "Name of the database that the monitor writes",
    example: "copilot",
    default: "copilot",
  },
  showQueue: {
    name: "DASH_QUEUE",
    kind: "boolean",
    meaning: "Show the queue and its jobs, from Redis; the original shows graphs alone (ours)",
    example: "on",
    default: true,
  },
});

/** Declarations of every variable that the dashboard reads. */
export const dashboardVariables = defineVariables({
  serverHost: {
    name: "DASH_SERVER_HOST",
    kind: "text",
    meaning: "Address on which the web server listens",
    example: "localhost",
    default: "0.0.0.0",
    flag: "host",
  },
  serverPort: {
    name: "DASH_SERVER_PORT",
    kind: "integer",
    meaning: "Port on which the web server listens",
    example: "3274",
    default: 3274,
    max: 65_535,
    flag: "port",
  },
  serverNames: {
    name: "DASH_SERVER_NAMES",
    kind: "text",
    meaning:
      "Names under which it may be asked, by blanks; default: any, but localhost alone where " +
      "it listens there (ours)",
    example: "copilot.example.org",
  },
  ...sourceVariables,
  token: {
    name: "DASH_TOKEN",
    kind: "text",
    meaning: "Secret that allows to cancel, hold, release and rerun jobs; without it pages only " +
      "show (ours)",
    example: "a-long-secret",
    secret: true,
  },
  pidFile: {
    name: "DASH_PID_FILE",
    kind: "path",
    meaning: "File with the number of the process that start has put into the background",
    example: "/run/copilot-dashboard.pid",
    default: "/tmp/copilot-dashboard.pid",
  },
  ...loggingVariables("DASH"),
  debug: {
    name: "DASH_DEBUG",
    kind: "boolean",
    meaning: "Log everything, whatever DASH_LOG_LEVEL says",
    example: "0",
  },
  ...queueVariables,
  ...originalVariables,
});
