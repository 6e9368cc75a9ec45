/**
 * Keeps a piece of markup until its end has come.
 *
 * @module
 */

const QUOTE = 34;
const APOSTROPHE = 39;
const LESS = 60;
const GREATER = 62;

/** Shortest text from which every kind of markup can be told: the length of `<![CDATA[`. */
export const LONGEST_OPENER = 9;
export const CDATA = "<![CDATA[";

/**
 * A piece of markup that has begun and not ended yet. Its pieces are joined only once it is whole, so
 * that a tag that trickles in byte by byte costs no more than its length.
 */
export class Unfinished {
  #pieces: string[] = [];
  #length = 0;
  /** The last characters, which may begin the end mark. */
  #tail = "";
  #quote = 0;
  #kind: "" | "text" | "cdata" | "tag" = "";

  /** Keeps the rest of a text that ends within a piece of markup. */
  start(rest: string): void {
    this.#pieces = rest === "" ? [] : [rest];
    this.#length = rest.length;
    this.#quote = 0;
    this.#tail = rest.slice(-2);
    this.#kind = "";
    if (rest === "") return;
    if (rest.charCodeAt(0) !== LESS) this.#kind = "text";
    else if (rest.length >= LONGEST_OPENER) {
      this.#kind = rest.startsWith(CDATA) ? "cdata" : "tag";
      this.#ends(rest);
    }
  }

  /** Characters kept. */
  get length(): number {
    return this.#length;
  }

  /** Whether the markup ends within `chunk`, or is still too short to tell its kind. */
  #ends(chunk: string): boolean {
    if (this.#kind === "text") return chunk.includes("<");
    if (this.#kind === "cdata") {
      const window = this.#tail + chunk;
      this.#tail = window.slice(-2);
      return window.includes("]]>");
    }
    for (let index = 0; index < chunk.length; index++) {
      const code = chunk.charCodeAt(index);
      if (this.#quote !== 0) {
        if (code === this.#quote) this.#quote = 0;
      } else if (code === QUOTE || code === APOSTROPHE) this.#quote = code;
      else if (code === GREATER) return true;
    }
    return false;
  }

  /** Adds a chunk; gives everything back once the markup is whole, `undefined` until then. */
  add(chunk: string): string | undefined {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    const whole = this.#kind === "" ? true : this.#ends(chunk);
    return whole ? this.#pieces.join("") : undefined;
  }
}
