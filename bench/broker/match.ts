/**
 * One server and the clients that play on it.
 *
 * @module
 */
import { HelperProcess } from "../helper_process.ts";
import { cpuSeconds, residentBytes } from "../process_usage.ts";
import type { ConnectQuestion, LoadAnswer, RunQuestion } from "./load_process.ts";
import type { MeasuredServer, ServerKind } from "./servers.ts";

/** A server with its clients, which share some processes of their own. */
export class Match implements AsyncDisposable {
  readonly #kind: ServerKind;
  readonly #server: MeasuredServer;
  readonly #loads: readonly HelperProcess[];
  readonly #resources: AsyncDisposableStack;
  /** Memory that the server held before anybody connected. */
  readonly #idleBytes: number;
  #connections = 0;

  private constructor(
    kind: ServerKind,
    server: MeasuredServer,
    loads: readonly HelperProcess[],
    resources: AsyncDisposableStack,
    idleBytes: number,
  ) {
    this.#kind = kind;
    this.#server = server;
    this.#loads = loads;
    this.#resources = resources;
    this.#idleBytes = idleBytes;
  }

  /**
   * Starts a server with accounts for its clients.
   *
   * @param kind Which server.
   * @param accounts How many clients there will be.
   * @param processes Processes of the clients: each can hold 20,000 descriptors at most.
   */
  static async open(kind: ServerKind, accounts: number, processes: number): Promise<Match> {
    await using resources = new AsyncDisposableStack();
    const server = resources.use(await kind.start(accounts));
    const loads = Array.from({ length: processes }, () => {
      return resources.use(new HelperProcess("broker/load_process.ts"));
    });
    const idleBytes = await residentBytes(server.pid);
    return new Match(kind, server, loads, resources.move(), idleBytes);
  }

  /** Logs clients in until there are `connections`, shared out evenly. */
  async connect(connections: number): Promise<void> {
    const { host, port, domain } = this.#server;
    const count = (connections - this.#connections) / this.#loads.length;
    await Promise.all(this.#loads.map((load, index) => {
      const first = this.#connections + index * count;
      const question: ConnectQuestion = {
        ask: "connect",
        host,
        port,
        domain,
        first,
        count,
        form: this.#kind.form,
      };
      return load.ask(question);
    }));
    this.#connections = connections;
  }

  /** Throws messages; gives messages per CPU-second of the server. */
  async messagesPerCpuSecond(run: Omit<RunQuestion, "ask">): Promise<number> {
    const before = await cpuSeconds(this.#server.pid);
    const messages = await this.play(run);
    return messages / (await cpuSeconds(this.#server.pid) - before);
  }

  /** Throws messages; gives how many arrived. */
  async play(run: Omit<RunQuestion, "ask">): Promise<number> {
    const question: RunQuestion = { ask: "run", ...run };
    const answers = await Promise.all(this.#loads.map((load) => load.ask<LoadAnswer>(question)));
    return answers.reduce((sum, { messages }) => sum + messages, 0);
  }

  /** Memory that the server has taken since its start, in bytes a connection. */
  async bytesPerConnection(): Promise<number> {
    return (await residentBytes(this.#server.pid) - this.#idleBytes) / this.#connections;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
