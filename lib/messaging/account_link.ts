/**
 * From a configured XMPP account to a link.
 *
 * @module
 */
import { ConfigError, type XmppAccount } from "../config.ts";
import { messageOf } from "../error_message.ts";
import type { Link } from "./link.ts";
import { xmppLink } from "./xmpp_link.ts";

const TLS = {
  auto: "starttls-if-offered",
  require: "require-starttls",
  direct: "direct",
  off: "off",
} as const;

/**
 * Makes a link for an account; it is opened by the component's container.
 *
 * @param account The account.
 * @returns The link.
 * @throws {ConfigError} When its certificate file cannot be read.
 */
export async function accountLink(account: XmppAccount): Promise<Link> {
  const { jid, password, server, port, tls, caFile } = account;
  return xmppLink({
    jid: jid.withResource(""),
    password,
    host: server,
    port,
    tls: TLS[tls],
    ...(jid.resource === "" ? {} : { resource: jid.resource }),
    ...(caFile === undefined ? {} : { ca: await readCertificates(caFile) }),
  });
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new ConfigError("XMPP account", [{
      subject: path,
      problem: "cannot be read",
      where: messageOf(error),
      meaning: "Certificates (PEM) to trust besides the system's",
      example: "/etc/copilot/ca.pem",
    }]);
  }
}
