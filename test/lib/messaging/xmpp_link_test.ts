import { xmppLink } from "../../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { startXmppServer } from "../../../sim/xmpp/mod.ts";
import { LINK_USERS, linkContract, type LinkFixture } from "../../contract/link.ts";

const DOMAIN = "copilot.test";
const accounts: ReadonlyMap<string, string> = new Map(
  LINK_USERS.map((user) => [user, `${user}'s secret`]),
);

async function setup(): Promise<LinkFixture> {
  let server = await startXmppServer({ domain: DOMAIN, accounts });
  const { port, mucDomain } = server;
  return {
    domain: DOMAIN,
    mucDomain,
    openLink: (user, resource) =>
      xmppLink({
        jid: Jid.parse(`${user}@${DOMAIN}`),
        password: accounts.get(user) ?? "none",
        host: "127.0.0.1",
        port,
        resource,
        backoff: { firstMs: 10, maxMs: 100 },
      }),
    async restartServer() {
      await server[Symbol.asyncDispose]();
      server = await startXmppServer({ domain: DOMAIN, accounts, port });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

linkContract("xmppLink() on sim/xmpp", setup);
