import { assertEquals, assertRejects } from "@std/assert";
import { LinkRefusedError } from "../../lib/messaging/link.ts";
import { xmppLink, type XmppLinkOptions } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { LINK_USERS, linkContract, type LinkFixture } from "../contract/link.ts";
import { hasProsody, type ProsodyServer, startProsody } from "./xmpp_server.ts";

const accounts: ReadonlyMap<string, string> = new Map(
  LINK_USERS.map((user) => [user, `${user}'s secret`]),
);

type Way = (server: ProsodyServer) => Partial<XmppLinkOptions>;

/** Ways to reach a server on one port, by what is said of them; each passes the whole contract. */
const WAYS: Readonly<Record<string, Way>> = {
  "by plain TCP and PLAIN": () => ({ tls: "off", mechanisms: ["PLAIN"] }),
  "by STARTTLS and SCRAM-SHA-256": ({ caFile }) => ({
    tls: "require-starttls",
    caFile,
    mechanisms: ["SCRAM-SHA-256"],
  }),
};

/** Ways that only a login is tried for. */
const MORE_WAYS: Readonly<Record<string, Way>> = {
  "by plain TCP and SCRAM-SHA-1": () => ({ tls: "off", mechanisms: ["SCRAM-SHA-1"] }),
  "by direct TLS": ({ caFile, tlsPort }) => ({ tls: "direct", caFile, port: tlsPort }),
  "by STARTTLS without verification": () => ({ verifyCertificate: false }),
};

/** Ways that are refused. */
const REFUSED_WAYS: Readonly<Record<string, Way>> = {
  "STARTTLS with an unknown authority": () => ({}),
  "direct TLS with an unknown authority": ({ tlsPort }) => ({ tls: "direct", port: tlsPort }),
  "a wrong password": () => ({ tls: "off", password: "wrong" }),
};

async function setup(way: Way): Promise<LinkFixture> {
  const tls = true;
  let server = await startProsody({ accounts, tls });
  const { domain, mucDomain, host, port } = server;
  return {
    domain,
    mucDomain,
    openLink: (user, resource) =>
      xmppLink({
        jid: Jid.parse(`${user}@${domain}`),
        password: accounts.get(user) ?? "none",
        host,
        port,
        resource,
        backoff: { firstMs: 10, maxMs: 100 },
        ...way(server),
      }),
    async restartServer() {
      await server[Symbol.asyncDispose]();
      server = await startProsody({ accounts, tls, port });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function login(server: ProsodyServer, way: Way) {
  return xmppLink({
    jid: Jid.parse(`alice@${server.domain}`),
    password: accounts.get("alice") ?? "",
    host: server.host,
    port: server.port,
    ...way(server),
  });
}

const suffix = hasProsody ? "on Prosody" : "on Prosody (not installed)";
for (const [name, way] of Object.entries(WAYS)) {
  if (hasProsody) linkContract(`xmppLink() ${suffix} ${name}`, () => setup(way));
}

Deno.test(`xmppLink() ${suffix} goes online`, { ignore: !hasProsody }, async (t) => {
  await using server = await startProsody({ accounts, tls: true });
  for (const [name, way] of Object.entries(MORE_WAYS)) {
    await t.step(name, async () => {
      await using link = login(server, way);
      const jid = await link.open({ onStanza() {}, onStatus() {} });
      assertEquals(jid.bare, `alice@${server.domain}`);
    });
  }
});

Deno.test(`xmppLink() ${suffix} is refused`, { ignore: !hasProsody }, async (t) => {
  await using server = await startProsody({ accounts, tls: true });
  for (const [name, way] of Object.entries(REFUSED_WAYS)) {
    await t.step(name, async () => {
      await using link = login(server, way);
      await assertRejects(() => link.open({ onStanza() {}, onStatus() {} }), LinkRefusedError);
    });
  }
});
