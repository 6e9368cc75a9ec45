/**
 * What a part's process is told on its standard input, and tells on its standard output: one line of JSON
 * each.
 *
 * @module
 */
import type { AgentsWords } from "./agents.ts";
import type { FileWords } from "./files.ts";
import type { ManagerWords } from "./manager.ts";
import type { Address, XmppTarget } from "./options.ts";
import type { PartReport } from "./part.ts";

/** First line of its input: what it is to be. Every other line asks for a report; its end ends the part. */
export type PartWords =
  | { readonly kind: "xmpp"; readonly domain: string }
  | { readonly kind: "redis" }
  | { readonly kind: "chirp"; readonly folder: string }
  | {
    readonly kind: "manager";
    readonly words: ManagerWords;
    readonly xmpp: XmppTarget;
    readonly resource: string;
    readonly redis: Address;
    readonly files: FileWords;
  }
  | {
    readonly kind: "agents";
    readonly words: AgentsWords;
    readonly xmpp: XmppTarget;
    readonly files: FileWords;
  };

/** A line of its output. */
export type PartLine =
  /** It is at work; a server says on which port. */
  | { readonly ready: { readonly port?: number | undefined } }
  /** How it is, or was at its end. */
  | { readonly report: PartReport };
