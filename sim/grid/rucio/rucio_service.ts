/**
 * A Rucio server in memory: the part of its REST interface by which files are registered (rucio/rucio,
 * `lib/rucio/web/rest/flaskapi/v1`), for one account and one storage element.
 *
 * @module
 */
import { type Clock, systemClock } from "../../../lib/clock.ts";
import { PATH_RULES } from "../../../lib/grid/rucio/names.ts";
import { HttpFaults } from "../http/faults.ts";
import type { GridCaller, GridService } from "../http/service.ts";
import { type RucioIdentities, RucioLogins } from "./rucio_logins.ts";
import { SimCatalogue, type SimFile, SimRucioError } from "./sim_catalogue.ts";

/** Options of a {@linkcode RucioService}. */
export interface RucioServiceOptions extends RucioIdentities {
  /** Name of the storage element. */
  readonly rse: string;
  /** Address of its folder of files, such as `http://127.0.0.1:8443/data/`. */
  readonly storageUrl: string;
  /** Time for which a token holds. Default: 3,600,000 ms. */
  readonly tokenMs?: number | undefined;
  /** Clock of tokens. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** Parameters of a request. */
type Parameters = Readonly<Record<string, unknown>>;

/** A handler of requests to a path; the groups of its pattern are given. */
interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (groups: readonly string[], parameters: Parameters) => Response;
}

/** The server; its catalogue lies open. */
export class RucioService implements GridService {
  readonly faults = new HttpFaults();
  readonly catalogue: SimCatalogue;
  readonly logins: RucioLogins;
  /** False: the storage element takes nothing. */
  isWritable = true;
  readonly #options: RucioServiceOptions;
  readonly #routes: readonly Route[];

  /** @param options See {@linkcode RucioServiceOptions}. */
  constructor(options: RucioServiceOptions) {
    const { tokenMs = 3_600_000, clock = systemClock } = options;
    this.#options = options;
    this.logins = new RucioLogins(options, { tokenMs, clock });
    this.catalogue = new SimCatalogue(options.rse);
    this.#routes = this.#makeRoutes();
  }

  /** See {@linkcode GridService.answer}. */
  async answer(request: Request, caller: GridCaller): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    try {
      const login = /^\/auth\/(\w+)$/.exec(pathname)?.[1];
      if (login !== undefined) return this.logins.answer(login, request.headers, caller);
      if (pathname === "/ping") return Response.json({ version: "41.0.0" });
      this.logins.check(request.headers.get("x-rucio-auth-token"));
      for (const { method, path, answer } of this.#routes) {
        const found = request.method === method ? path.exec(pathname) : null;
        if (found !== null) return answer(found.slice(1).map(decodeURIComponent), parse(body));
      }
      throw new SimRucioError(404, "NotFound", `${request.method} ${pathname}`);
    } catch (error) {
      if (!(error instanceof SimRucioError)) throw error;
      return Response.json(
        { ExceptionClass: error.exception, ExceptionMessage: error.message },
        { status: error.status, headers: { ExceptionClass: error.exception } },
      );
    }
  }

  #makeRoutes(): readonly Route[] {
    const { catalogue } = this;
    const { account, rse } = this.#options;
    const get = (path: RegExp, answer: Route["answer"]) => ({ method: "GET", path, answer });
    const post = (path: RegExp, answer: Route["answer"]) => ({ method: "POST", path, answer });
    return [
      get(/^\/accounts\/whoami$/, () => Response.json({ account, status: "ACTIVE" })),
      get(/^\/accounts\/[^/]+\/scopes\/$/, () => Response.json([])),
      get(/^\/rses\/$/, () => lines([{ rse }])),
      get(/^\/rses\/([^/]+)\/attr\/$/, () => Response.json({})),
      get(/^\/rses\/([^/]+)$/, ([name = ""]) => this.#rse(name)),
      get(/^\/dids\/([^/]+)\/([^/]+)$/, ([scope, name]) => {
        const found = catalogue.did(`${scope}:${name}`);
        return lines([{ scope, name, type: "replicas" in found ? "FILE" : "DATASET", account }]);
      }),
      get(/^\/dids\/([^/]+)\/([^/]+)\/meta$/, ([scope, name]) => {
        const { replicas: _, registrations: __, ...meta } = catalogue.file(`${scope}:${name}`);
        return Response.json({ ...meta, did_type: "FILE", account });
      }),
      get(
        /^\/dids\/([^/]+)\/([^/]+)\/parents$/,
        ([scope, name]) =>
          lines(
            catalogue.parents(`${scope}:${name}`)
              .map((parent) => ({ scope: parent.scope, name: parent.name, type: "DATASET" })),
          ),
      ),
      post(/^\/dids\/([^/]+)\/([^/]+)$/, ([scope = "", name = ""], { rules }) => {
        catalogue.addDataset(scope, name, listOf(rules));
        return created();
      }),
      post(/^\/dids\/([^/]+)\/([^/]+)\/dids$/, ([scope, name], { dids }) => {
        catalogue.attach(`${scope}:${name}`, listOf(dids));
        return created();
      }),
      post(/^\/replicas$/, (_, { rse, files }) => {
        catalogue.addReplicas(String(rse), listOf(files));
        return created();
      }),
      {
        method: "PUT",
        path: /^\/replicas$/,
        answer: (_, { rse, files }) => {
          catalogue.updateReplicas(String(rse), listOf(files));
          return new Response("");
        },
      },
      post(
        /^\/replicas\/list$/,
        (_, { dids }) =>
          lines(
            listOf(dids).map(({ scope, name }) =>
              this.#replicas(catalogue.file(`${scope}:${name}`))
            ),
          ),
      ),
      post(
        /^\/rules\/$/,
        () => Response.json(["0123456789abcdef0123456789abcdef"], { status: 201 }),
      ),
      post(/^\/traces\/$/, () => created()),
    ];
  }

  /** `GET /rses/NAME`, as `get_rse_protocols` gives it. */
  #rse(name: string): Response {
    const { rse, storageUrl } = this.#options;
    if (name !== rse) throw new SimRucioError(404, "RSENotFound", `RSE '${name}' cannot be found`);
    const { protocol, hostname, port, pathname: prefix } = new URL(storageUrl);
    const rights = {
      read: 1,
      write: 1,
      delete: 1,
      third_party_copy_read: 0,
      third_party_copy_write: 0,
    };
    return Response.json({
      id: "0123456789abcdef0123456789abcdef",
      rse,
      rse_type: "DISK",
      deterministic: true,
      volatile: false,
      staging_area: false,
      verify_checksum: true,
      availability_read: true,
      availability_write: this.isWritable,
      availability_delete: true,
      domain: ["lan", "wan"],
      lfn2pfn_algorithm: "hash",
      sign_url: null,
      credentials: null,
      protocols: [{
        scheme: protocol.slice(0, -1),
        hostname,
        port: Number(port),
        prefix,
        impl: "rucio.rse.protocols.webdav.Default",
        extended_attributes: null,
        domains: { lan: rights, wan: rights },
      }],
    });
  }

  #replicas({ scope, name, bytes, adler32, md5, replicas }: SimFile) {
    const { storageUrl } = this.#options;
    const pfn = storageUrl + (PATH_RULES["hash"]?.({ scope, name }) ?? "");
    const words: Readonly<Record<string, string>> = { A: "AVAILABLE", C: "COPYING" };
    return {
      scope,
      name,
      bytes,
      adler32,
      md5,
      pfns: { [pfn]: { rse: this.#options.rse, type: "DISK", domain: "wan", priority: 1 } },
      rses: Object.fromEntries(replicas.keys().map((rse) => [rse, [pfn]])),
      states: Object.fromEntries(
        replicas.entries().map(([rse, state]) => [rse, words[state] ?? "UNAVAILABLE"]),
      ),
    };
  }
}

function parse(body: string): Parameters {
  return body === "" ? {} : Object(JSON.parse(body));
}

function listOf(value: unknown): readonly Parameters[] {
  return Array.isArray(value) ? value : [];
}

/** Objects, one a line. */
function lines(objects: readonly unknown[]): Response {
  return new Response(objects.map((object) => `${JSON.stringify(object)}\n`).join(""), {
    headers: { "content-type": "application/x-json-stream" },
  });
}

function created(): Response {
  return new Response("Created", { status: 201 });
}
