/**
 * A session with a Rucio server: requests that carry a token, which is got and renewed as needed (rucio/rucio,
 * `lib/rucio/web/rest/flaskapi/v1/auth.py`, `lib/rucio/client/baseclient.py`; tokens of others:
 * `validate_jwt` in `lib/rucio/core/oidc.py`).
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { HttpCall } from "../http/http_call.ts";
import { HttpService, type ServiceAnswer, shortened } from "../http/http_service.ts";

/** How the site proves who it is. */
export type RucioLogin =
  /** `GET /auth/userpass`. */
  | { readonly kind: "userpass"; readonly username: string; readonly password: string }
  /** `GET /auth/x509` or `/auth/x509_proxy`: the connection's certificate, or proxy, says who asks. */
  | { readonly kind: "x509" | "x509_proxy" }
  /** A token of the identity provider (OIDC), which Rucio takes as its own; read anew when it is refused. */
  | { readonly kind: "oidc"; readonly token: () => Promise<string> };

/** What a {@linkcode RucioSession} needs. */
export interface RucioSessionOptions {
  /** Address of the server without a path: `https://rucio.cern.ch`. */
  readonly url: string;
  /** Address of its authentication server. Default: the same. */
  readonly authUrl?: string | undefined;
  /** Account for which the site acts. */
  readonly account: string;
  /** How the site proves who it is. */
  readonly login: RucioLogin;
  /** Makes the requests. */
  readonly call: HttpCall;
  /** Clock of time limits and of the token's end. */
  readonly clock: Clock;
  /** Longest time until an answer is there. Default: 60,000 ms. */
  readonly timeoutMs?: number | undefined;
}

/** A token is renewed so long before it ends. */
const RENEW_BEFORE_MS = 60_000;
/** A token that does not say when it ends is taken for so long, as Rucio's do. */
const USUAL_LIFE_MS = 3_600_000;

/** What is the site's matter, as rights and tokens are: no job must fail for it. */
const OF_THE_SITE: ReadonlySet<string> = new Set([
  "RSENotFound",
  "InvalidRSEExpression",
  "AccountNotFound",
  "InsufficientAccountLimit",
]);

/** An answer that refuses: the class of the exception is Rucio's own name for why. */
export interface RucioRefusal {
  /** HTTP status. */
  readonly status: number;
  /** Such as `DataIdentifierNotFound`. */
  readonly exception: string;
  /** What went wrong, in words. */
  readonly message: string;
}

/** A request to a Rucio server. */
export interface RucioRequest extends GridCallOptions {
  /** Verb. */
  readonly method: "GET" | "POST" | "PUT";
  /** Path with its leading slash, escaped. */
  readonly path: string;
  /** Parameters, sent as JSON. Default: none. */
  readonly parameters?: unknown;
  /** Exceptions that are an answer to this request, no failure. */
  readonly expects?: readonly string[] | undefined;
}

/** Makes requests for one account. */
export class RucioSession {
  readonly #options: RucioSessionOptions;
  readonly #service: HttpService;
  #token: { readonly text: string; readonly endsMs: number } | undefined;

  /**
   * Makes it; the token is got when it is needed.
   *
   * @param options See {@linkcode RucioSessionOptions}.
   */
  constructor(options: RucioSessionOptions) {
    this.#options = options;
    this.#service = new HttpService({ ...options, name: "Rucio" });
  }

  /** Account for which it acts. */
  get account(): string {
    return this.#options.account;
  }

  /**
   * Makes a request.
   *
   * @returns The body; or the refusal, where it was expected.
   * @throws {GridError} When it cannot be made, or is refused otherwise.
   */
  async ask(request: RucioRequest): Promise<string | RucioRefusal> {
    let answer = await this.#send(request);
    if (answer.status === 401 && refusalOf(answer).exception === "CannotAuthenticate") {
      this.#token = undefined;
      answer = await this.#send(request);
    }
    if (answer.status < 300) return answer.text;
    const refusal = refusalOf(answer);
    if (request.expects?.includes(refusal.exception)) return refusal;
    throw new GridError(
      `Rucio refuses ${request.method} ${request.path}: ${refusal.exception} ${refusal.message}`
        .trimEnd(),
      { transient: [401, 403].includes(answer.status) || OF_THE_SITE.has(refusal.exception) },
    );
  }

  async #send(request: RucioRequest): Promise<ServiceAnswer> {
    const { method, path, parameters, signal } = request;
    return await this.#service.ask({
      method,
      url: this.#options.url + path,
      signal,
      headers: {
        "x-rucio-auth-token": await this.#validToken({ signal }),
        "x-rucio-account": this.#options.account,
        accept: "application/json, application/x-json-stream",
        ...(parameters === undefined ? {} : { "content-type": "application/json" }),
      },
      body: parameters === undefined ? undefined : JSON.stringify(parameters),
    });
  }

  async #validToken(options: GridCallOptions): Promise<string> {
    const { clock, login } = this.#options;
    if (this.#token !== undefined && clock.now() < this.#token.endsMs) return this.#token.text;
    if (login.kind === "oidc") {
      const text = await login.token();
      this.#token = { text, endsMs: clock.now() + RENEW_BEFORE_MS };
      return text;
    }
    this.#token = await this.#logIn(login, options);
    return this.#token.text;
  }

  async #logIn(login: Exclude<RucioLogin, { kind: "oidc" }>, options: GridCallOptions) {
    const { url, authUrl = url, account, clock } = this.#options;
    const answer = await this.#service.ask({
      ...options,
      method: "GET",
      url: `${authUrl}/auth/${login.kind}`,
      headers: {
        "x-rucio-account": account,
        ...(login.kind === "userpass"
          ? { "x-rucio-username": login.username, "x-rucio-password": login.password }
          : {}),
      },
    });
    const text = answer.headers.get("x-rucio-auth-token");
    if (answer.status !== 200 || text === null) {
      const { exception, message } = refusalOf(answer);
      throw new GridError(
        `Rucio lets account ${account} not in: ${answer.status} ${exception} ${message}`.trimEnd(),
        { transient: true },
      );
    }
    // Such as "Sun, 22 Nov 2026 17:00:00 UTC".
    const expiresMs = Date.parse(answer.headers.get("x-rucio-auth-token-expires") ?? "");
    const endsMs = Number.isNaN(expiresMs) ? clock.now() + USUAL_LIFE_MS : expiresMs;
    return { text, endsMs: endsMs - RENEW_BEFORE_MS };
  }
}

/** Reads `{"ExceptionClass": …, "ExceptionMessage": …}`. */
function refusalOf({ status, text }: ServiceAnswer): RucioRefusal {
  try {
    const answer = Object(JSON.parse(text)) as Record<string, unknown>;
    return {
      status,
      exception: String(answer["ExceptionClass"] ?? ""),
      message: shortened(String(answer["ExceptionMessage"] ?? "")),
    };
  } catch {
    return { status, exception: "", message: `${status} ${shortened(text)}` };
  }
}
