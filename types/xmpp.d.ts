/** Types of the parts of @xmpp/client that the link is composed of, no wider than what it uses. */

declare module "@xmpp/xml" {
  /** An element as the library holds it; `is`, `getChild` and their kin look at namespaces. */
  export class Element {
    constructor(name: string, attrs?: Record<string, string>);
    name: string;
    parent: Element | null;
    attrs: Record<string, string>;
    children: (Element | string)[];
    is(name: string, xmlns?: string): boolean;
    append(child: Element | string): Element;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    text(): string;
  }
  export default function xml(
    name: string,
    attrs?: Record<string, string>,
    ...children: (Element | string)[]
  ): Element;
}

declare module "@xmpp/connection-tcp" {
  /** The TCP transport; `Socket` and `Parser` are looked up on its prototype. */
  export default class ConnectionTCP {
    socketParameters(service: string): unknown;
  }
}

declare module "@xmpp/client-core" {
  import type { EventEmitter } from "node:events";
  import type { Element } from "@xmpp/xml";
  import type ConnectionTCP from "@xmpp/connection-tcp";

  /** A stream to a server. */
  export class Client extends EventEmitter {
    constructor(options: { domain: string; timeout?: number });
    /** The name by which the server knows us; known once bound. */
    jid: { toString(): string } | null;
    transports: (typeof ConnectionTCP)[];
    connect(service: string): Promise<void>;
    open(options: { domain: string }): Promise<void>;
    restart(): Promise<void>;
    send(element: Element): Promise<void>;
    isSecure(): boolean;
    socketParameters(service: string): unknown;
    _onData(data: unknown): void;
    _attachParser(parser: unknown): void;
    _detachParser(): void;
  }
}

declare module "@xmpp/middleware" {
  import type { Client } from "@xmpp/client-core";
  import type { Element } from "@xmpp/xml";

  export interface Context {
    readonly stanza: Element;
    readonly entity: Client;
  }
  export type Next = () => Promise<unknown>;
  export interface Middleware {
    use(handler: (context: Context, next: Next) => unknown): void;
  }
  export default function middleware(parts: { entity: Client }): Middleware;
}

declare module "@xmpp/stream-features" {
  import type { Element } from "@xmpp/xml";
  import type { Context, Middleware, Next } from "@xmpp/middleware";

  export interface StreamFeatures {
    use(
      name: string,
      xmlns: string,
      handler: (context: Context, next: Next, feature: Element) => unknown,
    ): void;
  }
  export default function streamFeatures(parts: { middleware: Middleware }): StreamFeatures;
}

declare module "@xmpp/iq/caller" {
  import type { Client } from "@xmpp/client-core";
  import type { Middleware } from "@xmpp/middleware";
  import type { Element } from "@xmpp/xml";

  export interface IqCaller {
    /** Requests under way, by id. */
    readonly handlers: Map<string, { reject(reason: unknown): void }>;
    set(element: Element): Promise<Element | undefined>;
  }
  export default function iqCaller(parts: { middleware: Middleware; entity: Client }): IqCaller;
}

declare module "@xmpp/sasl" {
  import type { StreamFeatures } from "@xmpp/stream-features";

  export interface Credentials {
    readonly username: string;
    readonly password: string;
  }
  /** A mechanism; texts hold one byte of the exchange a character. */
  export interface Mechanism {
    readonly name: string;
    readonly clientFirst: boolean;
    response(credentials: Credentials): string;
    challenge(data: string): void;
  }
  export interface MechanismFactory {
    readonly _mechs: readonly { readonly name: string }[];
    create(names: readonly string[]): Mechanism | null;
  }
  export default function sasl(
    parts: { streamFeatures: StreamFeatures; saslFactory: MechanismFactory },
    onAuthenticate: (
      authenticate: (credentials: Credentials, mechanism: string) => Promise<void>,
      mechanisms: string[],
    ) => Promise<void>,
  ): void;
}

declare module "@xmpp/resource-binding" {
  import type { IqCaller } from "@xmpp/iq/caller";
  import type { StreamFeatures } from "@xmpp/stream-features";

  export default function resourceBinding(
    parts: { streamFeatures: StreamFeatures; iqCaller: IqCaller },
    resource: string,
  ): void;
}
