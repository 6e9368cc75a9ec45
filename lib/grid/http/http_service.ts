/**
 * A service that speaks HTTP, with the patience and the limits that a grid asks for.
 *
 * @module
 */
import { type Clock, inTime } from "../../clock.ts";
import { boundedText } from "../../http/bounded_text.ts";
import { type GridCallOptions, GridError } from "../adapter.ts";
import { reasonOf } from "./follow_redirects.ts";
import type { HttpCall } from "./http_call.ts";

/** Largest answer that is read. */
const LARGEST_ANSWER_BYTES = 4 * 2 ** 20;

/** What an {@linkcode HttpService} needs. */
export interface HttpServiceOptions {
  /** Name for errors, such as `the PanDA server`. */
  readonly name: string;
  /** Makes the requests. */
  readonly call: HttpCall;
  /** Clock of the time limit. */
  readonly clock: Clock;
  /** Longest time until an answer is there. Default: 60,000 ms. */
  readonly timeoutMs?: number | undefined;
}

/** What is asked. */
export interface ServiceRequest extends GridCallOptions {
  /** Verb, in capital letters. */
  readonly method: string;
  /** Address, whole. */
  readonly url: string;
  /** Headers by name. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body. Default: none. */
  readonly body?: string | ReadableStream<Uint8Array> | undefined;
  /** Longest time until the answer is there. Default: that of the service. */
  readonly timeoutMs?: number | undefined;
}

/** What was answered. */
export interface ServiceAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: Headers;
  /** The body as text. */
  readonly text: string;
}

/** Makes requests; errors name the service. */
export class HttpService {
  readonly #options: HttpServiceOptions;

  /**
   * Makes it; nothing is asked yet.
   *
   * @param options See {@linkcode HttpServiceOptions}.
   */
  constructor(options: HttpServiceOptions) {
    this.#options = options;
  }

  /**
   * Makes a request.
   *
   * @returns The answer, whatever its status below 500.
   * @throws {GridError} A passing one, when no answer comes in time or the service is out of order or full.
   */
  async ask(request: ServiceRequest): Promise<ServiceAnswer> {
    const { name } = this.#options;
    const answer = await this.read(request, async (response) => {
      const { status, headers } = response;
      return { status, headers, text: await boundedText(response, LARGEST_ANSWER_BYTES) };
    });
    const { status, text } = answer;
    if (status >= 500 || status === 429) {
      throw new GridError(`${capital(name)} answers ${status} ${shortened(text)}`.trimEnd(), {
        transient: true,
      });
    }
    return answer;
  }

  /**
   * Makes a request whose answer is read by whoever asks.
   *
   * @param request What is asked.
   * @param take Reads the answer while its time lasts.
   * @returns What was read.
   * @throws {GridError} A passing one, when no answer comes in time.
   */
  async read<T>(request: ServiceRequest, take: (answer: Response) => Promise<T>): Promise<T> {
    const { name, call, clock } = this.#options;
    const { method, url, headers, body } = request;
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs ?? 60_000;
    try {
      return await inTime(
        clock,
        timeoutMs,
        async (signal) => await take(await call(url, { method, headers, body, signal })),
        request.signal,
      );
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof GridError) throw error;
      throw new GridError(`Cannot ask ${name} (${method} ${url}): ${reasonOf(error)}`, {
        transient: true,
        cause: error,
      });
    }
  }
}

/** A text as it fits into a message. */
export function shortened(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 200);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
