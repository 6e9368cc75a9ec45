/**
 * STARTTLS (RFC 6120, 5) with certificate authorities of one's own, which @xmpp/starttls cannot be
 * given.
 *
 * @module
 */
/// <reference path="../../../types/xmpp.d.ts" />
import type { Client } from "@xmpp/client-core";
import type { StreamFeatures } from "@xmpp/stream-features";
import xml, { type Element } from "@xmpp/xml";
import type { StreamSocket, TlsParameters } from "./stream_socket.ts";

/** Namespace of STARTTLS. */
export const NS_TLS = "urn:ietf:params:xml:ns:xmpp-tls";

/** What {@linkcode startTls} needs of the connection. */
export interface StartTlsParts {
  /** Where features are announced. */
  readonly streamFeatures: StreamFeatures;
  /** The socket under the stream. */
  readonly socket: () => StreamSocket | null;
  /** What is expected of the server's certificate. */
  readonly tls: TlsParameters;
}

/** The server's answer; nothing is read in the clear after it, lest someone slip in a stanza. */
function nextAnswer(entity: Client): Promise<Element> {
  const { promise, resolve, reject } = Promise.withResolvers<Element>();
  const settle = (act: () => void) => {
    entity.off("element", onAnswer);
    entity.off("error", onError);
    act();
  };
  const onAnswer = (element: Element) => {
    entity._detachParser();
    settle(() => resolve(element));
  };
  const onError = (error: unknown) => settle(() => reject(error));
  entity.on("element", onAnswer);
  entity.on("error", onError);
  return promise;
}

/** Takes every offer of STARTTLS. */
export function startTls({ streamFeatures, socket, tls }: StartTlsParts): void {
  streamFeatures.use("starttls", NS_TLS, async ({ entity }, next) => {
    if (entity.isSecure()) return void await next();
    const answer = nextAnswer(entity);
    await Promise.all([entity.send(xml("starttls", { xmlns: NS_TLS })), answer]);
    if (!(await answer).is("proceed", NS_TLS)) {
      throw new Error("Cannot start TLS: server refused after offering it");
    }
    await socket()?.upgrade(tls);
    await entity.restart(); // not returned: the middleware would send the result as an answer
  });
}
