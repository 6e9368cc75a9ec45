/**
 * The seam to a grid's services that speak HTTP: over the network, or to a service in this process.
 *
 * @module
 */
import { type CertificateFiles, GridCertificate } from "../certificate.ts";

/** A request; streams are read once. */
export interface HttpRequest {
  /** Verb, in capital letters. */
  readonly method: string;
  /** Headers by name. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body. Default: none. */
  readonly body?: string | ReadableStream<Uint8Array> | undefined;
  /** Ends the request. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes a request; rejects where no answer comes. */
export type HttpCall = (url: string, request: HttpRequest) => Promise<Response>;

/** Connections of one site to its grid. */
export interface HttpConnections extends Disposable {
  /** Makes a request on one of them. */
  readonly call: HttpCall;
}

/**
 * Opens connections over the network.
 *
 * @param files Where the site's certificate lies, and whom it trusts. Default: none, requests carry tokens.
 * @returns The connections; redirects are errors, for requests carry secrets.
 */
export function openHttp(files: CertificateFiles = {}): HttpConnections {
  const certificate = new GridCertificate(files);
  return {
    async call(url, { method, headers = {}, body = null, signal = null }) {
      const client = await certificate.client();
      const options = { method, headers, body, signal, redirect: "error" } as const;
      return await fetch(url, client === undefined ? options : { ...options, client });
    },
    [Symbol.dispose]: () => certificate[Symbol.dispose](),
  };
}
