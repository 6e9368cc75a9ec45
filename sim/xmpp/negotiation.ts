/**
 * What is said on a stream before stanzas flow: features, STARTTLS, SASL, resource binding
 * (RFC 6120, 4 to 7).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { serializeXml, textOf, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { NS_SM } from "../../lib/messaging/xmpp/stanza_ledger.ts";
import type { Broker } from "./broker.ts";
import { failedText, MANAGEMENT_FEATURE } from "./management_texts.ts";
import { saslExchange, type SaslMechanism } from "./sasl.ts";
import type { SaslExchange, SaslFailure, SaslReply } from "./sasl_exchange.ts";
import type { ServerSettings } from "./server_options.ts";
import type { StreamErrorCondition } from "./stream_error.ts";

const CLIENT = "jabber:client";
const STREAMS = "http://etherx.jabber.org/streams";
const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const TLS = "urn:ietf:params:xml:ns:xmpp-tls";
const BIND = "urn:ietf:params:xml:ns:xmpp-bind";
const SESSION = "urn:ietf:params:xml:ns:xmpp-session";
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What the connection shall do next. */
export type NegotiationStep =
  /** Send an answer and read on. */
  | { readonly type: "reply"; readonly reply: string }
  /** Send the answer, then expect a new stream. */
  | { readonly type: "restart"; readonly reply: string }
  /** Send the answer, then begin TLS. */
  | { readonly type: "secure"; readonly reply: string }
  /** Bind a resource and answer the request. */
  | {
    readonly type: "bind";
    readonly user: string;
    readonly resource: string | undefined;
    readonly request: XmlElement;
  }
  /** Take up the stream of before. */
  | { readonly type: "resume"; readonly user: string; readonly request: XmlElement }
  /** End the stream. */
  | { readonly type: "fail"; readonly condition: StreamErrorCondition };

function reply(element: XmlElement): NegotiationStep {
  return { type: "reply", reply: serializeXml(element) };
}

/** Decodes what SASL carries; `undefined` where it is no base64. White space is ignored, as the original's newline must be. */
function decodeSasl(text: string): string | undefined {
  const compact = text.replace(/\s+/g, "");
  return BASE64.test(compact) ? Buffer.from(compact, "base64").toString() : undefined;
}

function encodeSasl(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The answer to a request to bind. */
export function bindResult(request: XmlElement, jid: string): XmlElement {
  const bind = xml("bind", { xmlns: BIND }, xml("jid", {}, jid));
  return xml("iq", { id: request.attrs["id"], type: "result" }, bind);
}

/** Checks a stream's header; returns what is wrong with it. */
export function headerFault(header: XmlElement, domain: string): StreamErrorCondition | undefined {
  if (header.name !== "stream:stream") return "bad-format";
  if (header.attrs["xmlns:stream"] !== STREAMS) return "invalid-namespace";
  if (header.attrs["xmlns"] !== CLIENT) return "invalid-namespace";
  if (header.attrs["to"]?.toLowerCase() !== domain) return "host-unknown";
  return header.attrs["version"] === "1.0" ? undefined : "unsupported-version";
}

/** Writes the server's stream header. */
export function headerText(id: string, domain: string, lang: string): string {
  const attrs = { version: "1.0", id, "xmlns:stream": STREAMS, xmlns: CLIENT, "xml:lang": lang };
  const header = serializeXml(xml("stream:stream", { ...attrs, from: domain }));
  return `<?xml version='1.0'?>${header.slice(0, -2)}>`;
}

/** One client's way from the first byte to its resource. */
export class Negotiation {
  readonly #broker: Broker;
  readonly #settings: ServerSettings;
  #secure: boolean;
  #user: string | undefined;
  #exchange: SaslExchange | undefined;
  #failures = 0;

  /**
   * @param broker Knows the accounts.
   * @param settings What the server offers.
   * @param secure Whether TLS is in place already.
   */
  constructor(broker: Broker, settings: ServerSettings, secure: boolean) {
    this.#broker = broker;
    this.#settings = settings;
    this.#secure = secure;
  }

  /** The features to offer on a stream that begins now. */
  features(): string {
    const { tls, requireTls, mechanisms } = this.#settings;
    const features: XmlElement[] = [];
    if (this.#user !== undefined) {
      features.push(xml("bind", { xmlns: BIND }, xml("required")));
      features.push(xml("session", { xmlns: SESSION }, xml("optional")));
      if (this.#settings.streamManagement) features.push(MANAGEMENT_FEATURE);
    } else {
      const required = requireTls ? [xml("required")] : [];
      if (tls !== undefined && !this.#secure) {
        features.push(xml("starttls", { xmlns: TLS }, ...required));
      }
      if (this.#secure || !requireTls) {
        const offered = mechanisms.map((mechanism) => xml("mechanism", {}, mechanism));
        features.push(xml("mechanisms", { xmlns: SASL }, ...offered));
      }
    }
    return serializeXml(xml("stream:features", {}, ...features));
  }

  /** TLS is in place: what was said before counts for nothing. */
  secured(): void {
    this.#secure = true;
    this.#exchange = undefined;
  }

  /** Takes what the client said. */
  step(element: XmlElement): NegotiationStep {
    const namespace = element.attrs["xmlns"];
    if (this.#user !== undefined) {
      const managed = namespace === NS_SM && this.#settings.streamManagement;
      return managed ? this.#manage(element, this.#user) : this.#bind(element, this.#user);
    }
    if (namespace === TLS && element.name === "starttls") return this.#startTls();
    if (namespace !== SASL) return { type: "fail", condition: "not-authorized" };
    if (element.name === "auth") return this.#auth(element);
    if (element.name === "abort") return this.#failed("aborted");
    if (element.name !== "response" || this.#exchange === undefined) {
      return this.#failed("malformed-request");
    }
    return this.#respond(this.#exchange, textOf(element));
  }

  #startTls(): NegotiationStep {
    if (this.#settings.tls === undefined || this.#secure) {
      return { type: "fail", condition: "not-authorized" };
    }
    return { type: "secure", reply: serializeXml(xml("proceed", { xmlns: TLS })) };
  }

  #auth(element: XmlElement): NegotiationStep {
    if (this.#settings.requireTls && !this.#secure) return this.#failed("encryption-required");
    const mechanism = this.#settings.mechanisms.find((name) => name === element.attrs["mechanism"]);
    if (mechanism === undefined) return this.#failed("invalid-mechanism");
    this.#exchange = this.#begin(mechanism);
    const initial = textOf(element).trim();
    if (initial === "") return this.#answer(this.#exchange.step(undefined));
    // A single "=" is how an empty first step is written (RFC 6120, 6.4.2).
    return this.#respond(this.#exchange, initial === "=" ? "" : initial);
  }

  #begin(mechanism: SaslMechanism): SaslExchange {
    const { accounts, settings } = this.#broker;
    return saslExchange(mechanism, {
      accounts,
      domain: settings.domain,
      random: settings.random,
    });
  }

  #respond(exchange: SaslExchange, text: string): NegotiationStep {
    const said = decodeSasl(text);
    return said === undefined
      ? this.#failed("incorrect-encoding")
      : this.#answer(exchange.step(said));
  }

  #answer(answer: SaslReply): NegotiationStep {
    if (answer.type === "failure") return this.#failed(answer.condition);
    if (answer.type === "challenge") {
      return reply(xml("challenge", { xmlns: SASL }, ...this.#content(answer.text)));
    }
    this.#user = answer.user;
    this.#exchange = undefined;
    const success = xml("success", { xmlns: SASL }, ...this.#content(answer.text ?? ""));
    return { type: "restart", reply: serializeXml(success) };
  }

  #content(text: string): string[] {
    return text === "" ? [] : [encodeSasl(text)];
  }

  #failed(condition: SaslFailure): NegotiationStep {
    this.#exchange = undefined;
    this.#failures++;
    if (this.#failures > this.#settings.limits.maxFailedLogins) {
      return { type: "fail", condition: "policy-violation" };
    }
    return reply(xml("failure", { xmlns: SASL }, xml(condition)));
  }

  #manage(element: XmlElement, user: string): NegotiationStep {
    if (element.name === "resume") return { type: "resume", user, request: element };
    return { type: "reply", reply: failedText("unexpected-request") };
  }

  #bind(element: XmlElement, user: string): NegotiationStep {
    const [request] = element.children.filter((child) => typeof child !== "string");
    const sound = element.name === "iq" && element.attrs["type"] === "set" &&
      request?.name === "bind" && request.attrs["xmlns"] === BIND;
    if (!sound) return { type: "fail", condition: "not-authorized" };
    const [resource] = request.children.filter((child) => typeof child !== "string");
    const wanted = resource?.name === "resource" ? textOf(resource) : "";
    return {
      type: "bind",
      user,
      resource: wanted === "" ? undefined : wanted,
      request: element,
    };
  }
}
