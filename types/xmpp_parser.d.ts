/** The parser of @xmpp/xml, which only the benchmark beside ours looks at. */

declare module "@xmpp/xml" {
  /** Gives out the root as it starts, then each of its children once it is complete. */
  export class Parser {
    on(event: "start" | "element" | "end", listener: (element: Element) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    write(text: string): void;
  }
  export interface Element {
    toString(): string;
  }
}
