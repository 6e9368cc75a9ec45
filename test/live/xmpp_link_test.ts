import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { LinkRefusedError } from "../../lib/messaging/link.ts";
import { xmppLink, type XmppLinkOptions } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import {
  LINK_USERS,
  linkContract,
  type LinkFixture,
  resumptionContract,
  type ResumptionFixture,
} from "../contract/link.ts";
import { cuttingProxy } from "../lib/messaging/xmpp/_cutting_proxy.ts";
import { hasEjabberd, startEjabberd } from "./ejabberd_server.ts";
import { hasOpenssl, makeCertificate, type TestCertificate } from "./_test_certificate.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const accounts: ReadonlyMap<string, string> = new Map(
  LINK_USERS.map((user) => [user, `${user}'s secret`]),
);

/** A real server with TLS. */
interface Server extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly domain: string;
  readonly mucDomain: string;
  readonly caFile: string;
}

/** A kind of server. */
interface Kind {
  readonly name: string;
  readonly installed: boolean;
  readonly keepsOrder: boolean;
  start(options: {
    readonly streamManagement: boolean;
    readonly port?: number;
    readonly certificate?: TestCertificate;
  }): Promise<Server>;
}

const PROSODY: Kind = {
  name: "Prosody",
  installed: hasProsody,
  keepsOrder: true,
  async start(options) {
    const server = await startProsody({ accounts, tls: true, ...options });
    const { tlsPort, caFile } = server;
    if (tlsPort === undefined || caFile === undefined) throw new Error("Prosody offers no TLS");
    return { ...server, tlsPort, caFile };
  },
};

const EJABBERD: Kind = {
  name: "ejabberd",
  installed: hasEjabberd,
  keepsOrder: false,
  start: (options) => startEjabberd(accounts, options),
};

type Way = (server: Server) => Partial<XmppLinkOptions>;

const STARTTLS: Way = ({ caFile }) => ({
  tls: "require-starttls",
  caFile,
  mechanisms: ["SCRAM-SHA-256"],
});
const DIRECT_TLS: Way = ({ caFile, tlsPort }) => ({ tls: "direct", caFile, port: tlsPort });

/** Ways to reach Prosody on one port, by what is said of them; each passes the whole contract. */
const WAYS: Readonly<Record<string, Way>> = {
  "by plain TCP and PLAIN": () => ({ tls: "off", mechanisms: ["PLAIN"] }),
  "by STARTTLS and SCRAM-SHA-256": STARTTLS,
};

/** Ways that a login is tried for. */
const LOGIN_WAYS: Readonly<Record<string, Way>> = {
  "by plain TCP and SCRAM-SHA-1": () => ({ tls: "off", mechanisms: ["SCRAM-SHA-1"] }),
  "by STARTTLS and SCRAM-SHA-256": STARTTLS,
  "by direct TLS": DIRECT_TLS,
  "by STARTTLS without verification": () => ({ verifyCertificate: false }),
};

const ANOTHER_AUTHORITY = fromFileUrl(
  new URL("../../fixtures/tls/another_authority.crt", import.meta.url),
);

/** Ways that are refused, by what is wrong, and what the error says. */
const REFUSED_WAYS: Readonly<Record<string, readonly [Way, string]>> = {
  "STARTTLS with a certificate that the system doesn't trust": [() => ({}), "certificate"],
  "STARTTLS with a certificate of another authority": [
    () => ({ caFile: ANOTHER_AUTHORITY }),
    "certificate",
  ],
  "direct TLS with a certificate that the system doesn't trust": [
    ({ tlsPort }) => ({ tls: "direct", port: tlsPort }),
    "certificate",
  ],
  "direct TLS with a certificate of another authority": [
    ({ tlsPort }) => ({ tls: "direct", port: tlsPort, caFile: ANOTHER_AUTHORITY }),
    "certificate",
  ],
  "a wrong password": [(server) => ({ ...STARTTLS(server), password: "wrong" }), "not-authorized"],
};

function login(server: Server, way: Way, user = "alice", more: Partial<XmppLinkOptions> = {}) {
  return xmppLink({
    jid: Jid.parse(`${user}@${server.domain}`),
    password: accounts.get(user) ?? "none",
    host: server.host,
    port: server.port,
    backoff: { firstMs: 10, maxMs: 100 },
    ...way(server),
    ...more,
  });
}

async function setup(kind: Kind, way: Way, streamManagement: boolean): Promise<LinkFixture> {
  let server = await kind.start({ streamManagement });
  const { domain, mucDomain, port } = server;
  return {
    domain,
    mucDomain,
    openLink: (user, resource) => login(server, way, user, { resource }),
    async restartServer() {
      await server[Symbol.asyncDispose]();
      server = await kind.start({ streamManagement, port });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function setupResumption(kind: Kind, way: Way): Promise<ResumptionFixture> {
  const server = await kind.start({ streamManagement: true });
  const direct = way(server).port;
  const proxy = await cuttingProxy(direct ?? server.port);
  return {
    domain: server.domain,
    mucDomain: server.mucDomain,
    openLink: (user, resource) => login(server, way, user, { resource, port: proxy.port }),
    keepsOrder: kind.keepsOrder,
    cut: (how) => proxy.cut(how),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

for (const [name, way] of Object.entries(WAYS)) {
  for (const managed of PROSODY.installed ? [false, true] : []) {
    const suffix = managed ? " with stream management" : "";
    linkContract(`xmppLink() on Prosody ${name}${suffix}`, () => setup(PROSODY, way, managed));
  }
}

for (const kind of [PROSODY, EJABBERD]) {
  const ignore = !kind.installed;
  const where = `xmppLink() on ${kind.name}${ignore ? " (not installed)" : ""}`;
  if (kind.installed) {
    resumptionContract(`${where} by STARTTLS`, () => setupResumption(kind, STARTTLS));
    resumptionContract(`${where} by direct TLS`, () => setupResumption(kind, DIRECT_TLS));
  }

  Deno.test(`${where} goes online`, { ignore }, async (t) => {
    await using server = await kind.start({ streamManagement: false });
    for (const [name, way] of Object.entries(LOGIN_WAYS)) {
      await t.step(name, async () => {
        await using link = login(server, way);
        const jid = await link.open({ onStanza() {}, onStatus() {} });
        assertEquals(jid.bare, `alice@${server.domain}`);
      });
    }
  });

  Deno.test(`${where} is refused`, { ignore }, async (t) => {
    await using server = await kind.start({ streamManagement: false });
    for (const [name, [way, reason]] of Object.entries(REFUSED_WAYS)) {
      await t.step(`for ${name}`, async () => {
        await using link = login(server, way, "alice", { backoff: { attempts: 0 } });
        const opened = () => link.open({ onStanza() {}, onStatus() {} });
        await assertRejects(opened, LinkRefusedError, reason);
      });
    }
  });

  // It names the very address that is connected to; what counts is the domain of the account.
  const lacks = hasOpenssl ? "" : " (openssl is not installed)";
  const name = `${where} is refused for a certificate of another host${lacks}`;
  Deno.test(name, { ignore: ignore || !hasOpenssl }, async (t) => {
    const folder = await Deno.makeTempDir();
    try {
      const certificate = await makeCertificate(folder, "elsewhere");
      await using server = await kind.start({ streamManagement: false, certificate });
      for (const [how, way] of Object.entries({ STARTTLS, "direct TLS": DIRECT_TLS })) {
        await t.step(`by ${how}`, async () => {
          await using link = login(server, way, "alice", { backoff: { attempts: 0 } });
          const opened = () => link.open({ onStanza() {}, onStatus() {} });
          const { message } = await assertRejects(opened, LinkRefusedError);
          assertMatch(message, /certificate.*copilot\.test/);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
