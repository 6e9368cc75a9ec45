/**
 * The key manager's configuration, `copilot-key-manager.conf`.
 *
 * @module
 */
import {
  defineVariables,
  envelopeVariable,
  loggingVariables,
  protectionVariables,
  xmppAccountVariables,
} from "../../lib/config.ts";

/** Name of the component and of its configuration file. */
export const KEYMANAGER_COMPONENT = "copilot-key-manager";

const { privateKeyFile, publicKeyFile } = protectionVariables("KM");

/** Declarations of every variable that the key manager reads. */
export const keyManagerVariables = defineVariables({
  ...xmppAccountVariables("KM"),
  ...loggingVariables("KM"),
  ...envelopeVariable,
  privateKeyFile: { ...privateKeyFile, required: true },
  publicKeyFile,
  ownAddress: {
    name: "KM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the key manager itself",
    example: "keymanager@xmpp.cern.ch",
    withoutEffect: "the account is that of KM_JABBER_ID",
  },
  publicKeysFile: {
    name: "PUBLIC_KEYS_FILE",
    kind: "path",
    meaning: "Public keys of the components",
    example: "/etc/copilot/keys/public-keys.pub",
    withoutEffect: "whoever asks brings a session key of its own",
  },
  ticketValidity: {
    name: "KM_TICKET_VALIDITY",
    kind: "seconds",
    meaning: "Time for which a ticket is valid",
    example: "24h",
    default: 86_400,
    min: 1,
  },
  credential: {
    name: "KM_CREDENTIAL",
    kind: "text",
    meaning:
      "What must be shown for a ticket; without it everybody gets one, as from the original (ours)",
    example: "a-long-secret",
    secret: true,
  },
});
