/**
 * Variables of components that protect their messages: by the original's secure mode, or by our sealed
 * mode.
 *
 * @module
 */
import type { BooleanVariable, JidVariable, PathVariable, TextVariable } from "./variables.ts";

/** Declarations made by {@linkcode protectionVariables}. */
export type ProtectionVariables = {
  readonly secureMode: BooleanVariable;
  readonly publicKeysFile: PathVariable;
  readonly keyManager: JidVariable;
  readonly privateKeyFile: PathVariable;
  readonly publicKeyFile: PathVariable;
  readonly ticketCredential: TextVariable;
  readonly sealedKeyFile: PathVariable;
  readonly sealedPeersFile: PathVariable;
};

/**
 * Declares how a component protects its messages. The original's agent switches secure mode on by
 * `AGENT_SECURE_MODE`; its managers have no switch, ours is named alike.
 *
 * @param prefix First part of the names, such as `JM`.
 * @returns The declarations.
 */
export function protectionVariables(prefix: string): ProtectionVariables {
  const lower = prefix.toLowerCase();
  return {
    secureMode: {
      name: `${prefix}_SECURE_MODE`,
      kind: "boolean",
      meaning: "Encrypt messages as the original does",
      example: "1",
    },
    publicKeysFile: {
      name: "PUBLIC_KEYS_FILE",
      kind: "path",
      meaning: "Public keys of the components, for secure mode",
      example: "/etc/copilot/keys/public-keys.pub",
    },
    keyManager: {
      name: "KM_JABBER_ADDRESS",
      kind: "jid",
      meaning: "Jabber ID of the key manager, for secure mode",
      example: "keymanager@xmpp.cern.ch",
    },
    privateKeyFile: {
      name: `${prefix}_PRIVATE_KEY_FILE`,
      kind: "path",
      meaning: "Own private RSA key, for secure mode",
      example: `/etc/copilot/keys/${lower}.priv`,
    },
    publicKeyFile: {
      name: `${prefix}_PUBLIC_KEY_FILE`,
      kind: "path",
      meaning: "Own public RSA key",
      example: `/etc/copilot/keys/${lower}.pub`,
      withoutEffect: "the private key tells the public one",
    },
    ticketCredential: {
      name: `${prefix}_TICKET_CREDENTIAL`,
      kind: "text",
      meaning: "What is shown to the key manager for a ticket (ours)",
      example: "a-long-secret",
      secret: true,
    },
    sealedKeyFile: {
      name: `${prefix}_SEALED_KEY_FILE`,
      kind: "path",
      meaning: "Own private X25519 key; with it messages to listed peers are sealed (ours)",
      example: `/etc/copilot/keys/${lower}-sealed.priv`,
    },
    sealedPeersFile: {
      name: "SEALED_PEERS_FILE",
      kind: "path",
      meaning: "Public X25519 keys of the peers, for sealed mode (ours)",
      example: "/etc/copilot/keys/sealed-peers",
    },
  };
}
