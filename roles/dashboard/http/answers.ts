/**
 * Answers of the web server, and what each of them tells browsers not to do.
 *
 * @module
 */

/** Headers of every answer. */
const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/**
 * The content-security policy of the pages: everything comes from this server, no script or style
 * stands in a page, but for the import map, which has to and is named by its digest.
 *
 * @param importMapDigest Base64 SHA-256 of the import map's text.
 * @returns The header's value.
 */
export function contentSecurityPolicy(importMapDigest: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapDigest}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** What an answer carries besides its text. */
export interface AnswerOptions {
  /** Default: 200. */
  readonly status?: number | undefined;
  /** Default: text. */
  readonly type?: string | undefined;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes an answer.
 *
 * @param body Its text or bytes.
 * @param options See {@linkcode AnswerOptions}.
 * @returns The answer.
 */
export function answer(body: BodyInit | null, options: AnswerOptions = {}): Response {
  const { status = 200, type = "text/plain; charset=utf-8", headers } = options;
  return new Response(body, {
    status,
    headers: { ...SECURITY_HEADERS, "content-type": type, "cache-control": "no-store", ...headers },
  });
}

/**
 * Makes an answer of JSON.
 *
 * @param value What is told.
 * @param status HTTP status. Default: 200.
 * @returns The answer.
 */
export function json(value: unknown, status = 200): Response {
  return answer(JSON.stringify(value), { status, type: "application/json; charset=utf-8" });
}
