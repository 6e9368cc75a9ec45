/**
 * Writing a trace while connections come and go: each line under the name of its connection, which is
 * known only after the first few.
 *
 * @module
 */
import { formatTraceLine, type TraceLine } from "../../../lib/trace/mod.ts";

/** Lines held back for connections without a name at most. */
const MOST_WAITING = 10_000;
/** How long a connection may stay without a name, in seconds. */
const LONGEST_NAMELESS_SECONDS = 10;

/** A connection that is recorded. */
export interface RecordedConnection {
  name: string | undefined;
}

/** A line whose connection may have no name yet. */
interface WaitingLine extends Omit<TraceLine, "conn"> {
  readonly connection: RecordedConnection;
}

/** Options of {@linkcode TraceWriter}. */
export interface TraceWriterOptions {
  /** Takes bytes of the file. */
  readonly write: (bytes: Uint8Array) => void;
  /** Bytes of the file at most; what comes later is not recorded. Default: no bound. */
  readonly maxBytes?: number | undefined;
  /** Told once, when the bound is reached. */
  readonly onFull?: (() => void) | undefined;
}

/** Writes lines in the order in which they came. */
export class TraceWriter {
  readonly #options: TraceWriterOptions;
  readonly #encoder = new TextEncoder();
  readonly #numbers = new Map<string, number>();
  #waiting: WaitingLine[] = [];
  #full = false;
  #lines = 0;
  #bytes = 0;

  /** @param options See {@linkcode TraceWriterOptions}. */
  constructor(options: TraceWriterOptions) {
    this.#options = options;
  }

  /** Lines written. */
  get lines(): number {
    return this.#lines;
  }

  /** Bytes written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Names of the connections so far. */
  get names(): readonly string[] {
    return [...this.#numbers].flatMap(([name, count]) =>
      Array.from({ length: count }, (_, index) => numbered(name, index + 1))
    );
  }

  /** Gives a connection its name; a second one of the same account becomes `NAME#2`. */
  name(connection: RecordedConnection, account: string): void {
    if (connection.name !== undefined) return;
    const number = (this.#numbers.get(account) ?? 0) + 1;
    this.#numbers.set(account, number);
    connection.name = numbered(account, number);
    this.#flush();
  }

  /** Takes a line in. */
  add(connection: RecordedConnection, t: number, dir: TraceLine["dir"], xml: string): void {
    if (this.#full) return;
    this.#waiting.push({ connection, t, dir, xml });
    const [oldest] = this.#waiting;
    const tooLong = oldest !== undefined && t - oldest.t > LONGEST_NAMELESS_SECONDS;
    if (tooLong || this.#waiting.length > MOST_WAITING) this.#nameOldest();
    this.#flush();
  }

  /** A connection has ended: if nobody logged in on it, it is called so. */
  end(connection: RecordedConnection): void {
    const said = this.#waiting.some((line) => line.connection === connection);
    if (connection.name === undefined && said) this.name(connection, "nobody");
  }

  /** Writes all that waits. */
  close(): void {
    while (this.#waiting.length > 0) {
      this.#nameOldest();
      this.#flush();
    }
  }

  #nameOldest(): void {
    const oldest = this.#waiting.find(({ connection }) => connection.name === undefined);
    if (oldest !== undefined) this.name(oldest.connection, "nobody");
  }

  /** Writes the lines up to the first whose connection has no name. */
  #flush(): void {
    let written = 0;
    let text = "";
    for (const { connection, t, dir, xml } of this.#waiting) {
      if (connection.name === undefined) break;
      written++;
      const line = formatTraceLine({ t, conn: connection.name, dir, xml });
      if (!this.#fits(text, line)) break;
      text += line;
      this.#lines++;
    }
    this.#waiting = this.#full ? [] : this.#waiting.slice(written);
    if (text === "") return;
    const bytes = this.#encoder.encode(text);
    this.#bytes += bytes.length;
    this.#options.write(bytes);
  }

  #fits(text: string, line: string): boolean {
    const { maxBytes = Infinity, onFull } = this.#options;
    if (maxBytes === Infinity) return true;
    const bytes = this.#bytes + this.#encoder.encode(text + line).length;
    if (bytes <= maxBytes) return true;
    this.#full = true;
    onFull?.();
    return false;
  }
}

function numbered(name: string, number: number): string {
  return number === 1 ? name : `${name}#${number}`;
}
