/**
 * Variables that several components have: an XMPP account, the heartbeat room, logging.
 *
 * @module
 */

import { type Jid, tryParseJid } from "../protocol/jid.ts";
import { ConfigError } from "./config_error.ts";
import type {
  ChoiceVariable,
  ConfigOf,
  NumberVariable,
  PathVariable,
  TextVariable,
} from "./variables.ts";

/**
 * How a connection is encrypted: `auto` uses STARTTLS where the server offers it, `require` goes no
 * further without it, `direct` speaks TLS from the first byte, `off` never encrypts.
 */
export type TlsMode = "auto" | "require" | "direct" | "off";

/** Declarations made by {@linkcode xmppAccountVariables}. */
export type XmppAccountVariables = {
  readonly jabberServer: TextVariable & { readonly required: true };
  readonly jabberPort: NumberVariable & { readonly default: number };
  readonly jabberTls: ChoiceVariable & {
    readonly choices: readonly TlsMode[];
    readonly default: TlsMode;
  };
  readonly jabberCaFile: PathVariable;
  readonly jabberDomain: TextVariable;
  readonly jabberId: TextVariable & { readonly required: true };
  readonly jabberPassword: TextVariable & { readonly required: true };
  readonly jabberResource: TextVariable;
};

/**
 * Declares the XMPP account of a component (report, 4.2.2 to 4.5.2), and the port, TLS mode and
 * certificate authority, for which the original has no variables.
 *
 * @example
 * ```ts
 * import { defineVariables } from "./variables.ts";
 * import { xmppAccountVariables } from "./shared_variables.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const variables = defineVariables({
 *   ...xmppAccountVariables("AGENT"),
 *   workDir: {
 *     name: "AGENT_WORK_DIR",
 *     kind: "path",
 *     meaning: "Directory in which jobs run",
 *     example: "/var/lib/copilot",
 *     required: true,
 *   },
 * });
 * assertEquals(variables.jabberServer.name, "AGENT_JABBER_SERVER");
 * ```
 *
 * @param prefix First part of the names: `AGENT`, `JM`, `MON`, `HB` or `KM`.
 * @returns The declarations.
 */
export function xmppAccountVariables(prefix: string): XmppAccountVariables {
  return {
    jabberServer: {
      name: `${prefix}_JABBER_SERVER`,
      kind: "text",
      meaning: "Address of the XMPP server",
      example: "xmpp.cern.ch",
      required: true,
      flag: "jabber-server",
    },
    jabberPort: {
      name: `${prefix}_JABBER_PORT`,
      kind: "integer",
      meaning: "Port of the XMPP server",
      example: "5222",
      default: 5222,
      min: 1,
      max: 65_535,
      flag: "jabber-port",
    },
    jabberTls: {
      name: `${prefix}_JABBER_TLS`,
      kind: "choice",
      meaning: "Encryption of the connection",
      example: "require",
      choices: ["auto", "require", "direct", "off"],
      default: "auto",
      flag: "jabber-tls",
    },
    jabberCaFile: {
      name: `${prefix}_JABBER_CA_FILE`,
      kind: "path",
      meaning: "Certificates (PEM) to trust besides the system's",
      example: "/etc/copilot/ca.pem",
    },
    jabberDomain: {
      name: `${prefix}_JABBER_DOMAIN`,
      kind: "text",
      meaning: "Domain that the XMPP server serves, where it is not the server's address",
      example: "xmpp.cern.ch",
      flag: "jabber-domain",
    },
    jabberId: {
      name: `${prefix}_JABBER_ID`,
      kind: "text",
      meaning: "Name of the account on the XMPP server",
      example: prefix.toLowerCase(),
      required: true,
      flag: "jabber-id",
    },
    jabberPassword: {
      name: `${prefix}_JABBER_PASSWORD`,
      kind: "text",
      meaning: "Password of the account",
      example: "the-password",
      required: true,
      secret: true,
      flag: "jabber-password",
    },
    jabberResource: {
      name: `${prefix}_JABBER_RESOURCE`,
      kind: "text",
      meaning: "Resource of the account, where it must not be a random one",
      example: "alpha",
      flag: "jabber-resource",
    },
  };
}

/** Declaration made by {@linkcode envelopeVariable}. */
export type EnvelopeVariable = {
  readonly envelope: ChoiceVariable & {
    readonly choices: readonly ["auto", "original", "namespaced"];
    readonly default: "auto";
  };
};

/** How messages carry their content (ours). */
export const envelopeVariable: EnvelopeVariable = {
  envelope: {
    name: "XMPP_ENVELOPE",
    kind: "choice",
    meaning: "Form of messages; auto asks the server whether it lets the original's pass (ours)",
    example: "auto",
    choices: ["auto", "original", "namespaced"],
    default: "auto",
  },
};

/** An XMPP account, ready to connect with. */
export interface XmppAccount {
  /** Host name or address to connect to. */
  readonly server: string;
  /** Port to connect to. */
  readonly port: number;
  /** How the connection is encrypted. */
  readonly tls: TlsMode;
  /** Path of more certificates to trust (PEM). */
  readonly caFile: string | undefined;
  /** The account; with a resource where one is configured. */
  readonly jid: Jid;
  /** Password of the account. */
  readonly password: string;
}

/**
 * Puts an account together. The identifier may be the bare name, as the original wants it, or a
 * whole JID; the domain is, from the strongest, that of the variable, of the JID, the server's name.
 *
 * @param component The component, for the error.
 * @param prefix First part of the variables' names, for the error.
 * @param config The values of {@linkcode xmppAccountVariables}.
 * @returns The account.
 * @throws {ConfigError} When name, domain and resource make no JID.
 */
export function xmppAccount(
  component: string,
  prefix: string,
  config: ConfigOf<XmppAccountVariables>,
): XmppAccount {
  const [local = "", ownDomain] = config.jabberId.split("@", 2);
  const domain = config.jabberDomain ?? ownDomain ?? config.jabberServer;
  const bare = `${local}@${domain}`;
  const text = config.jabberResource === undefined ? bare : `${bare}/${config.jabberResource}`;
  const jid = tryParseJid(text);
  if (jid === undefined) {
    throw new ConfigError(component, [{
      subject: `${prefix}_JABBER_ID`,
      problem: `makes no Jabber identifier: ${JSON.stringify(text.slice(0, 200))}`,
      where: `${prefix}_JABBER_ID, ${prefix}_JABBER_DOMAIN and ${prefix}_JABBER_RESOURCE together`,
      meaning: "Name of the account on the XMPP server",
      example: `${prefix}_JABBER_ID ${prefix.toLowerCase()}`,
    }]);
  }
  return {
    server: config.jabberServer,
    port: config.jabberPort,
    tls: config.jabberTls,
    caFile: config.jabberCaFile,
    jid,
    password: config.jabberPassword,
  };
}

/** Declarations of the chat room in which components answer the heartbeat tool. */
export type ChatRoomVariables = {
  readonly chatServer: TextVariable;
  readonly chatRoom: TextVariable;
};

/** The heartbeat's chat room (report, 4.2.2): both or none. */
export const chatRoomVariables: ChatRoomVariables = {
  chatServer: {
    name: "HB_CHAT_SERVER",
    kind: "text",
    meaning: "Domain of the chat rooms (MUC) on the XMPP server",
    example: "conference.xmpp.cern.ch",
    flag: "chat-server",
  },
  chatRoom: {
    name: "HB_CHAT_ROOM",
    kind: "text",
    meaning: "Chat room that the heartbeat uses",
    example: "pilots-lounge",
    flag: "chat-room",
  },
};

/**
 * Puts the address of the heartbeat's room together.
 *
 * @param component The component, for the error.
 * @param config The values of {@linkcode chatRoomVariables}.
 * @returns The room, or `undefined` where none is configured.
 * @throws {ConfigError} When only one of the two variables is set, or they make no JID.
 */
export function chatRoomAddress(
  component: string,
  config: ConfigOf<ChatRoomVariables>,
): Jid | undefined {
  const { chatServer, chatRoom } = config;
  if (chatServer === undefined && chatRoom === undefined) return undefined;
  const jid = chatServer && chatRoom ? tryParseJid(`${chatRoom}@${chatServer}`) : undefined;
  if (jid !== undefined && jid.resource === "") return jid;
  const unset = chatServer === undefined ? "chatServer" : "chatRoom";
  const { name, meaning, example } = chatRoomVariables[unset];
  const isSet = config[unset] !== undefined;
  throw new ConfigError(component, [{
    subject: name,
    problem: isSet ? `makes no address with ${chatRoomVariables.chatServer.name}` : "is not set",
    where: "HB_CHAT_SERVER and HB_CHAT_ROOM belong together",
    meaning,
    example: `${name} ${example}`,
  }]);
}

/** Declarations made by {@linkcode loggingVariables}. */
export type LoggingVariables = {
  readonly loggerConfigFile: PathVariable;
  readonly logLevel: ChoiceVariable & {
    readonly choices: readonly LogLevelName[];
    readonly default: "info";
  };
  readonly logFormat: ChoiceVariable & {
    readonly choices: readonly ["text", "json"];
    readonly default: "text";
  };
  readonly logFile: PathVariable;
};

/** Levels that a component can be told to log from, the least important first. */
export type LogLevelName = "debug" | "info" | "notice" | "warning" | "error" | "critical";

/**
 * Declares how a component logs: by a Log::Dispatch file as the original does, or without one by
 * level, form and file.
 *
 * @param prefix First part of the names, such as `AGENT`.
 * @returns The declarations.
 */
export function loggingVariables(prefix: string): LoggingVariables {
  return {
    loggerConfigFile: {
      name: `${prefix}_LOGGER_CONFIG_FILE`,
      kind: "path",
      meaning: "Log::Dispatch configuration, which then says all about logging",
      example: `/etc/copilot/loggerConf/${prefix.toLowerCase()}`,
    },
    logLevel: {
      name: `${prefix}_LOG_LEVEL`,
      kind: "choice",
      meaning: "Least important level to log",
      example: "debug",
      choices: ["debug", "info", "notice", "warning", "error", "critical"],
      default: "info",
      flag: "log-level",
    },
    logFormat: {
      name: `${prefix}_LOG_FORMAT`,
      kind: "choice",
      meaning: "Form of the lines",
      example: "json",
      choices: ["text", "json"],
      default: "text",
      flag: "log-format",
    },
    logFile: {
      name: `${prefix}_LOG_FILE`,
      kind: "path",
      meaning: "File to append to instead of standard error",
      example: `/var/log/copilot-${prefix.toLowerCase()}.log`,
      flag: "log-file",
    },
  };
}
