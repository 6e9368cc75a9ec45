/**
 * The heartbeat tool's configuration, `copilot-heartbeat.conf` (report 4.5.2).
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

/** Name of the tool and of its configuration file. */
export const HEARTBEAT_COMPONENT = "copilot-heartbeat";

const logging = loggingVariables("HB");

/** Declarations of every variable that the tool reads. */
export const heartbeatVariables = defineVariables({
  ...xmppAccountVariables("HB"),
  ...chatRoomVariables,
  ...envelopeVariable,
  ...logging,
  // A person at a terminal wants the answers, and to hear of what is wrong.
  logLevel: { ...logging.logLevel, default: "warning" },
});
