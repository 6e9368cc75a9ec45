/** How a site logs in to Rucio, and stays so. */
import { assertEquals, assertRejects } from "@std/assert";
import { GridError } from "../../../../lib/grid/adapter.ts";
import { type RucioLogin, RucioSession } from "../../../../lib/grid/rucio/rucio_session.ts";
import type { GridCaller } from "../../../../sim/grid/http/service.ts";
import { memoryHttp } from "../../../../sim/grid/http/service.ts";
import {
  IdentityProvider,
  type TokenClaims,
} from "../../../../sim/grid/rucio/identity_provider.ts";
import { RucioService } from "../../../../sim/grid/rucio/rucio_service.ts";
import { VirtualClock } from "../../../../sim/world/virtual_clock.ts";

const URL = "https://rucio.example";
const HOUR_MS = 3_600_000;
const provider = new IdentityProvider("https://iam.example");
const WHOAMI = { method: "GET", path: "/accounts/whoami" } as const;

/** A Rucio that knows the account by all that can name it. */
function openRig() {
  const clock = new VirtualClock();
  const rucio = new RucioService({
    account: "copilot",
    username: "site",
    password: "secret",
    subject: "CN=site,DC=example",
    oidc: { provider, sub: "site-1" },
    rse: "SITE_DATADISK",
    storageUrl: "https://storage.example/data/",
    tokenMs: HOUR_MS,
    clock,
  });
  const connect = (login: RucioLogin, caller: GridCaller = {}, account = "copilot") => {
    const call = memoryHttp({ [URL]: rucio }, caller);
    return new RucioSession({ url: URL, account, login, call, clock });
  };
  const token = (claims: Partial<TokenClaims> = {}) => {
    const exp = Math.floor((clock.now() + HOUR_MS) / 1000);
    return provider.token({
      sub: "site-1",
      aud: "rucio",
      scope: "openid profile offline_access",
      exp,
      ...claims,
    });
  };
  return { clock, rucio, connect, token };
}

/** What Rucio answers to whoever asks who he is. */
async function nameOf(session: RucioSession): Promise<string> {
  const answer = await session.ask(WHOAMI);
  return typeof answer === "string" ? JSON.parse(answer).account : answer.exception;
}

const LOGINS = [
  [{ kind: "userpass", username: "site", password: "secret" }, {}],
  [{ kind: "x509" }, { subject: "CN=site,DC=example" }],
  [{ kind: "x509_proxy" }, { subject: "CN=1234567890,CN=proxy,CN=site,DC=example" }],
] as const;

for (const [login, caller] of LOGINS) {
  Deno.test(`RucioSession logs in by ${login.kind}, and anew before its token ends or when it is refused`, async () => {
    const { clock, rucio, connect } = openRig();
    const session = connect(login, caller);
    for (let times = 0; times < 3; times++) assertEquals(await nameOf(session), "copilot");
    assertEquals(rucio.logins.count, 1);
    await clock.advance(HOUR_MS - 61_000);
    await nameOf(session);
    assertEquals(rucio.logins.count, 1);
    await clock.advance(2000);
    await nameOf(session);
    assertEquals(rucio.logins.count, 2);
    rucio.logins.expire();
    assertEquals(await nameOf(session), "copilot");
    assertEquals(rucio.logins.count, 3);
  });
}

Deno.test("RucioSession comes with a token of the identity provider, and reads it anew when it is refused", async () => {
  const { clock, rucio, connect, token } = openRig();
  let [text, reads] = [token(), 0];
  const session = connect({ kind: "oidc", token: () => Promise.resolve((reads++, text)) });
  assertEquals(await nameOf(session), "copilot");
  await nameOf(session);
  assertEquals(reads, 1);
  await clock.advance(HOUR_MS);
  await assertRejects(() => nameOf(session), GridError, "CannotAuthenticate");
  text = token();
  assertEquals(await nameOf(session), "copilot");
  assertEquals(rucio.logins.count, 0);
});

Deno.test("RucioSession goes on when a token ends that it has just read", async () => {
  const { rucio, connect, token } = openRig();
  const texts = [token({ exp: 0 }), token()];
  const session = connect({ kind: "oidc", token: () => Promise.resolve(texts.shift() ?? "") });
  assertEquals(await nameOf(session), "copilot");
  assertEquals([texts.length, rucio.logins.count], [0, 0]);
});

Deno.test("RucioSession says whom Rucio lets not in, and that it may pass", async () => {
  const { connect, token } = openRig();
  const oidc = (text: string): RucioLogin => ({ kind: "oidc", token: () => Promise.resolve(text) });
  const other = new IdentityProvider("https://iam.example");
  const claims = { sub: "site-1", aud: "rucio", scope: "openid profile", exp: 2 ** 31 };
  const [head, , signature] = token().split(".");
  const [, forged] = other.token(claims).split(".");
  const sessions = {
    "account copilot not in: 401": connect({
      kind: "userpass",
      username: "site",
      password: "wrong",
    }),
    "Cannot get DN": connect({ kind: "x509" }),
    "to account copilot with given": connect({ kind: "x509" }, { subject: "CN=another" }),
    "to account root with given": connect(
      { kind: "x509_proxy" },
      { subject: "CN=site,DC=example" },
      "root",
    ),
    "refuses GET /accounts/whoami: CannotAuthenticate": connect(oidc(token({ aud: "panda" }))),
  };
  for (const [message, session] of Object.entries(sessions)) {
    const error = await assertRejects(() => nameOf(session), GridError, message);
    assertEquals([message, error.transient], [message, true]);
  }
  const bad = [
    token({ scope: "profile" }),
    token({ sub: "site-2" }),
    other.token(claims),
    `${head}.${forged}.${signature}`,
    "no.token.atall",
    "no token",
  ];
  for (const text of bad) {
    await assertRejects(() => nameOf(connect(oidc(text))), GridError, "CannotAuthenticate");
  }
});

Deno.test("RucioSession fails no job for what is the site's matter", async () => {
  const { connect } = openRig();
  const session = connect({ kind: "userpass", username: "site", password: "secret" });
  const ask = (path: string) => session.ask({ method: "GET", path });
  const nowhere = await assertRejects(() => ask("/rses/NOWHERE"), GridError, "RSENotFound");
  const nothing = await assertRejects(() => ask("/dids/a/b"), GridError, "DataIdentifierNotFound");
  assertEquals([nowhere.transient, nothing.transient], [true, false]);
});
