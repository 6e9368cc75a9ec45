/**
 * The certificate with which a site shows a grid who it is: a TLS client certificate, renewed on the disk
 * while the site runs.
 *
 * @module
 */

/** Where certificates lie. */
export interface CertificateFiles {
  /** The site's certificate or proxy (PEM); needs {@linkcode keyFile}. Default: none is shown. */
  readonly certFile?: string | undefined;
  /** Its private key (PEM). */
  readonly keyFile?: string | undefined;
  /** Certificates (PEM) to trust besides the system's. Default: none. */
  readonly caFile?: string | undefined;
}

/** Makes clients with the certificate of the moment. */
export class GridCertificate implements Disposable {
  readonly #files: CertificateFiles;
  #client: Deno.HttpClient | undefined;
  /** The one before: transfers that began with it may still run. */
  #former: Deno.HttpClient | undefined;
  #content: string | undefined;

  /**
   * Nothing is read yet.
   *
   * @param files See {@linkcode CertificateFiles}.
   */
  constructor(files: CertificateFiles) {
    this.#files = files;
  }

  /**
   * The client for a new connection.
   *
   * @returns The client; `undefined` where no file is named, and the system's own will do.
   * @throws {Deno.errors.NotFound} When a file is missing.
   * @throws {TypeError} When one holds no certificate or no key.
   */
  async client(): Promise<Deno.HttpClient | undefined> {
    const { certFile, keyFile, caFile } = this.#files;
    const [cert, key, ca] = await Promise.all([certFile, keyFile, caFile].map((path) => {
      return path === undefined ? undefined : Deno.readTextFile(path);
    }));
    const content = JSON.stringify([cert, key, ca]);
    if (content === this.#content) return this.#client;
    const client = cert === undefined && ca === undefined ? undefined : Deno.createHttpClient({
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(ca === undefined ? {} : { caCerts: [ca] }),
    });
    this.#former?.close();
    this.#former = this.#client;
    this.#client = client;
    this.#content = content;
    return client;
  }

  /** Ends all connections. */
  [Symbol.dispose](): void {
    this.#former?.close();
    this.#client?.close();
    this.#former = this.#client = undefined;
  }
}
