/**
 * Who is let in by a Rucio server in memory, and how: logins that give a token
 * (`lib/rucio/web/rest/flaskapi/v1/auth.py` of rucio/rucio), and tokens of an identity provider, which are good
 * without a login (`validate_auth_token` in `lib/rucio/core/authentication.py`, `validate_jwt` in `oidc.py`).
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import type { GridCaller } from "../http/service.ts";
import type { IdentityProvider } from "./identity_provider.ts";
import { SimRucioError } from "./sim_catalogue.ts";

/** The only account, and its identities. */
export interface RucioIdentities {
  readonly account: string;
  /** Its user name and password. Default: it has none. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Subject of its certificate, such as `CN=site,DC=ch`. Default: it has none. */
  readonly subject?: string | undefined;
  /** Whose tokens are good, and its name there. Default: nobody's. */
  readonly oidc?:
    | { readonly provider: IdentityProvider; readonly sub: string }
    | undefined;
}

/** Scope and audience that a token must have, where the server is not configured otherwise. */
const EXPECTED_SCOPE = ["openid", "profile"];
const EXPECTED_AUDIENCE = "rucio";

/** Logins and tokens. */
export class RucioLogins {
  /** How many tokens were given. */
  count = 0;
  readonly #identities: RucioIdentities;
  readonly #tokenMs: number;
  readonly #clock: Clock;
  /** Tokens that hold, with their end. */
  readonly #tokens = new Map<string, number>();

  /**
   * Nobody is logged in.
   *
   * @param identities Who may come.
   * @param options How long a token holds, and by which clock.
   */
  constructor(
    identities: RucioIdentities,
    { tokenMs, clock }: { readonly tokenMs: number; readonly clock: Clock },
  ) {
    this.#identities = identities;
    this.#tokenMs = tokenMs;
    this.#clock = clock;
  }

  /** Lets no token hold any longer. */
  expire(): void {
    this.#tokens.clear();
  }

  /**
   * Answers `GET /auth/NAME`.
   *
   * @param name `userpass`, `x509`, `x509_proxy` or `validate`.
   * @param headers The request's.
   * @param caller Whose connection it is.
   * @throws {SimRucioError} When that login lets the caller not in, or is none.
   */
  answer(name: string, headers: Headers, caller: GridCaller): Response {
    switch (name) {
      case "userpass":
        return this.#byPassword(headers);
      case "x509":
      case "x509_proxy":
        return this.#byCertificate(headers, caller);
      case "validate":
        this.check(headers.get("x-rucio-auth-token"));
        return new Response("OK");
      default:
        throw new SimRucioError(404, "NotFound", `GET /auth/${name}`);
    }
  }

  /** Lets a request pass, or not. */
  check(token: string | null): void {
    if (token === null) throw new SimRucioError(400, "ValueError", "Token must be set.");
    const endsMs = this.#tokens.get(token) ?? this.#endOfForeign(token);
    if (endsMs === undefined || endsMs <= this.#clock.now()) {
      throw refused("Cannot authenticate with given credentials");
    }
  }

  #byPassword(headers: Headers): Response {
    const { username, password } = this.#identities;
    const given = headers.get("x-rucio-username");
    if (given === null || headers.get("x-rucio-password") === null) {
      throw refused("Cannot authenticate without passing all required arguments");
    }
    return this.#give(
      headers,
      given === username && headers.get("x-rucio-password") === password,
    );
  }

  /** A proxy adds names before its owner's, which the server strips (`strip_x509_proxy_attributes`). */
  #byCertificate(headers: Headers, { subject }: GridCaller): Response {
    if (subject === undefined) throw refused("Cannot get DN");
    const owner = subject.replace(/^(?:CN=(?:\d+|proxy|limited proxy),)+/, "");
    return this.#give(headers, owner === this.#identities.subject);
  }

  #give(headers: Headers, isKnown: boolean): Response {
    const { account } = this.#identities;
    const wanted = headers.get("x-rucio-account") ?? account;
    if (!isKnown || wanted !== account) {
      throw refused(`Cannot authenticate to account ${wanted} with given credentials`);
    }
    const token = `${account}-${++this.count}`;
    const endsMs = this.#clock.now() + this.#tokenMs;
    this.#tokens.set(token, endsMs);
    return new Response("", {
      headers: {
        "x-rucio-auth-account": account,
        "x-rucio-auth-token": token,
        "x-rucio-auth-token-expires": new Date(endsMs).toUTCString().replace("GMT", "UTC"),
      },
    });
  }

  /** When a token of the identity provider ends; `undefined`: it is not good here. */
  #endOfForeign(token: string): number | undefined {
    const { oidc } = this.#identities;
    const claims = oidc?.provider.verify(token);
    if (claims === undefined || claims.sub !== oidc?.sub) return undefined;
    const scopes = new Set(claims.scope.split(" "));
    const isForUs = claims.aud.split(" ").includes(EXPECTED_AUDIENCE) &&
      EXPECTED_SCOPE.every((scope) => scopes.has(scope));
    return isForUs ? claims.exp * 1000 : undefined;
  }
}

function refused(message: string): SimRucioError {
  return new SimRucioError(401, "CannotAuthenticate", message);
}
