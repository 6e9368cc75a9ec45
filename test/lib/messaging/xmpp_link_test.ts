import { xmppLink, type XmppLinkOptions } from "../../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { startXmppServer } from "../../../sim/xmpp/mod.ts";
import {
  LINK_USERS,
  linkContract,
  type LinkFixture,
  resumptionContract,
  type ResumptionFixture,
} from "../../contract/link.ts";
import { cuttingProxy } from "./xmpp/_cutting_proxy.ts";

const DOMAIN = "copilot.test";
const accounts: ReadonlyMap<string, string> = new Map(
  LINK_USERS.map((user) => [user, `${user}'s secret`]),
);

function openLink(port: number, options: Pick<XmppLinkOptions, "streamManagement"> = {}) {
  return (user: string, resource?: string) =>
    xmppLink({
      jid: Jid.parse(`${user}@${DOMAIN}`),
      password: accounts.get(user) ?? "none",
      host: "127.0.0.1",
      port,
      resource,
      backoff: { firstMs: 10, maxMs: 100 },
      ...options,
    });
}

async function setup(
  options: Pick<XmppLinkOptions, "streamManagement"> = {},
): Promise<LinkFixture> {
  let server = await startXmppServer({ domain: DOMAIN, accounts });
  const { port, mucDomain } = server;
  return {
    domain: DOMAIN,
    mucDomain,
    openLink: openLink(port, options),
    async restartServer() {
      await server[Symbol.asyncDispose]();
      server = await startXmppServer({ domain: DOMAIN, accounts, port });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function setupResumption(): Promise<ResumptionFixture> {
  const server = await startXmppServer({ domain: DOMAIN, accounts });
  const proxy = await cuttingProxy(server.port);
  return {
    domain: DOMAIN,
    mucDomain: server.mucDomain,
    openLink: openLink(proxy.port),
    keepsOrder: true,
    cut: (how) => proxy.cut(how),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

linkContract("xmppLink() on sim/xmpp", setup);
linkContract(
  "xmppLink() on sim/xmpp without stream management",
  () => setup({ streamManagement: "off" }),
);
resumptionContract("xmppLink() on sim/xmpp", setupResumption);
