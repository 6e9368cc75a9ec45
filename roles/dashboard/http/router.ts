/**
 * From a request to what answers it.
 *
 * @module
 */
import { QuestionError } from "../sources/source.ts";

/** A request whose path has been matched. */
export interface Call {
  /** The request. */
  readonly request: Request;
  /** Its address. */
  readonly url: URL;
  /** Address of the machine that it came from: of the web server before this one, where there is one. */
  readonly from: string;
  /** Parts of the path that the pattern names, decoded. */
  readonly part: (name: string) => string;
}

/** Answers a request. */
export type Handler = (call: Call) => Response | Promise<Response>;

/** One kind of request. */
export interface Route {
  /** `GET` also answers `HEAD`. */
  readonly method: "GET" | "POST";
  /** Path such as `/api/jobs/:id`. */
  readonly path: string;
  /** What answers it. */
  readonly handler: Handler;
}

/** Finds the handler of a request. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly pattern: URLPattern }[];

  /** @param routes The first that matches wins. */
  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({
      route,
      pattern: new URLPattern({ pathname: `${route.path}{/}?` }),
    }));
  }

  /**
   * Finds the handler of a request.
   *
   * @param request The request.
   * @param from Address of the machine that it came from.
   * @returns What answers it; the methods that its path knows; undefined where it knows none.
   * @throws {QuestionError} When a part of the path is badly escaped.
   */
  find(
    request: Request,
    from: string,
  ): (() => Response | Promise<Response>) | readonly string[] | undefined {
    const url = new URL(request.url);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const methods: string[] = [];
    for (const { route, pattern } of this.#routes) {
      const match = pattern.exec({ pathname: url.pathname });
      if (match === null) continue;
      if (route.method !== method) {
        methods.push(route.method);
        continue;
      }
      const parts = new Map(
        Object.entries(match.pathname.groups).map(([name, text = ""]) => [name, decodePart(text)]),
      );
      const part = (name: string) => parts.get(name) ?? "";
      return () => route.handler({ request, url, from, part });
    }
    return methods.length > 0 ? methods : undefined;
  }
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new QuestionError("Cannot read the address: it is not escaped as UTF-8");
  }
}
