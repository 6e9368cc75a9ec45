/**
 * The seam to a grid's services that speak HTTP: over the network, or to a service in this process.
 *
 * @module
 */

/** A request; streams are read once. */
export interface HttpRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | ReadableStream<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Makes a request; rejects where no answer comes. */
export type HttpCall = (url: string, request: HttpRequest) => Promise<Response>;

/** Connections of one site to its grid. */
export interface HttpConnections extends Disposable {
  readonly call: HttpCall;
}

/** Options of {@linkcode openHttp}. */
export interface HttpOptions {
  /** Certificates of authorities that are trusted beside the system's, in PEM. Default: none. */
  readonly authorities?: readonly string[] | undefined;
  /**
   * Reads who the site is: the chain of certificates and the key in PEM, as both stand in the file of an X.509
   * proxy. Asked for each request: proxies last hours and are replaced. Default: nobody, requests carry tokens.
   */
  readonly identity?: (() => Promise<string>) | undefined;
}

/** Connections of one identity. */
interface Client {
  readonly identity: string | undefined;
  readonly client: Deno.HttpClient;
}

/**
 * Opens connections over the network.
 *
 * @param options Whom they trust, and who the site is.
 * @returns The connections; redirects are errors, for requests carry secrets.
 */
export function openHttp({ authorities = [], identity }: HttpOptions = {}): HttpConnections {
  // The last one but one lives on for requests that are under way.
  let [current, former]: (Client | undefined)[] = [];
  const clientNow = async () => {
    const shown = await identity?.();
    if (current === undefined || current.identity !== shown) {
      const client = Deno.createHttpClient({
        caCerts: [...authorities],
        ...(shown === undefined ? {} : { cert: shown, key: shown }),
      });
      former?.client.close();
      former = current;
      current = { identity: shown, client };
    }
    return current.client;
  };
  return {
    async call(url, { method, headers = {}, body = null, signal = null }) {
      const client = await clientNow();
      return await fetch(url, { method, headers, body, signal, client, redirect: "error" });
    },
    [Symbol.dispose]: () => {
      former?.client.close();
      current?.client.close();
    },
  };
}
