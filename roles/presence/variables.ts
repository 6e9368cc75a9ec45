/**
 * The presence reporter's configuration, `copilot-presence.conf`.
 *
 * @module
 */
import {
  chatRoomVariables,
  defineVariables,
  envelopeVariable,
  loggingVariables,
  xmppAccountVariables,
} from "../../lib/config.ts";

/** Name of the component and of its configuration file. */
export const PRESENCE_COMPONENT = "copilot-presence";

/** Declarations of every variable that the presence reporter reads; all are ours. */
export const presenceVariables = defineVariables({
  ...xmppAccountVariables("PRES"),
  ...loggingVariables("PRES"),
  ...chatRoomVariables,
  ...envelopeVariable,
  monitor: {
    name: "MON_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the monitor",
    example: "mon@xmpp.cern.ch",
    required: true,
  },
  source: {
    name: "PRES_SOURCE",
    kind: "choice",
    meaning: "Who knows who is connected; a room tells no addresses",
    example: "ejabberd",
    choices: ["room", "ejabberd", "prosody"],
    default: "room",
  },
  url: {
    name: "PRES_URL",
    kind: "text",
    meaning: "Address that is asked, of ejabberd's API or of the module for Prosody",
    example: "http://127.0.0.1:5280/api/connected_users_info",
  },
  authorization: {
    name: "PRES_AUTHORIZATION_FILE",
    kind: "path",
    meaning: "File that holds the header Authorization, such as Bearer TOKEN",
    example: "/etc/copilot/keys/presence-token",
  },
  host: {
    name: "PRES_HOST",
    kind: "text",
    meaning: "Name of the XMPP server in the monitor, where it is not the domain",
    example: "xmpp.cern.ch",
  },
  locations: {
    name: "PRES_LOCATION_FILE",
    kind: "path",
    meaning: "Places by address, in the MMDB format of GeoLite2 City and DB-IP City Lite",
    example: "/usr/share/GeoIP/GeoLite2-City.mmdb",
  },
  stateFile: {
    name: "PRES_STATE_FILE",
    kind: "path",
    meaning: "File that keeps open connections over restarts",
    example: "/var/lib/copilot/presence.json",
  },
  interval: {
    name: "PRES_INTERVAL",
    kind: "seconds",
    meaning: "Time between two looks at who is connected",
    example: "10",
    default: 10,
    min: 1,
  },
});
