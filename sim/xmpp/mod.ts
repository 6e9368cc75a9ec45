/**
 * An XMPP server in this process: for tests, for a whole site in one call, and as the broker of load
 * tests. It speaks TCP, STARTTLS and TLS, and in memory without any of them.
 *
 * @example
 * ```ts
 * import { startXmppServer } from "./mod.ts";
 * import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
 * import { Jid } from "../../lib/protocol/jid.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const accounts = new Map([["jobmanager", "secret"], ["agent", "secret"]]);
 * await using server = await startXmppServer({ domain: "copilot.test", accounts });
 * const { hostname: host, port } = server;
 * const jid = Jid.parse("agent@copilot.test");
 * await using link = xmppLink({ jid, password: "secret", host, port, resource: "one" });
 * const online = await link.open({ onStanza: () => {}, onStatus: () => {} });
 * assertEquals(online.full, "agent@copilot.test/one");
 * ```
 *
 * @module
 */
export type { AccountOptions, Accounts } from "./accounts.ts";
export {
  type BindOptions,
  Broker,
  type BrokerOptions,
  type Delivery,
  SessionRefusedError,
} from "./broker.ts";
export { memoryLink, type MemoryLinkOptions } from "./memory_link.ts";
export type { SaslMechanism } from "./sasl.ts";
export { startXmppServer, type XmppServer } from "./server.ts";
export type { ServerLimits, TlsIdentity, XmppServerOptions } from "./server_options.ts";
export type { Session, SessionPort } from "./session.ts";
