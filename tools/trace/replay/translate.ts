/**
 * From what was said in a trace to what is said now: variables take their values of now.
 *
 * @module
 */
import { type Bindings, echoJobData } from "../../../lib/trace/mod.ts";
import { ruleOf, type ValueRule } from "../../../lib/trace/values.ts";
import { decodeValue, encodeValue } from "../../../lib/protocol/value.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";

/** What the peer gave for a job of the trace: its `jmJobData` of now. */
export type GivenData = ReadonlyMap<string, string>;

/**
 * Rewrites a stanza. What no variable touches stays as it is, byte for byte.
 *
 * @param stanza The stanza of the trace.
 * @param bindings The variables.
 * @param given Data of jobs.
 */
export function translateStanza(
  stanza: XmlElement,
  bindings: Bindings,
  given: GivenData,
): XmlElement {
  const { to, id, ack } = stanza.attrs;
  return {
    name: stanza.name,
    attrs: {
      ...stanza.attrs,
      ...to === undefined ? {} : { to: bindings.now("jid", to) },
      ...id === undefined ? {} : { id: bindings.now("id", id) },
      ...ack === undefined ? {} : { ack: bindings.now("id", ack) },
    },
    children: stanza.children.map((child) =>
      typeof child === "string" || child.name !== "body" ? child : {
        ...child,
        children: child.children.map((info) =>
          typeof info === "string" ? info : translateInfo(info, bindings, given)
        ),
      }
    ),
  };
}

function translateInfo(element: XmlElement, bindings: Bindings, given: GivenData): XmlElement {
  const owner = element.name === "job" ? "job" : decodeValue(element.attrs["command"] ?? "");
  const data = given.get(decodeValue(element.attrs["jobID"] ?? ""));
  const attrs: Record<string, string> = {};
  for (const name of Object.keys(element.attrs)) {
    const written = element.attrs[name] ?? "";
    const then = decodeValue(written);
    const now = valueNow(ruleOf(owner, name), then, bindings, data);
    attrs[name] = now === then ? written : encodeValue(now);
  }
  const children = element.children.map((child) =>
    typeof child === "string" ? child : translateInfo(child, bindings, given)
  );
  return { name: element.name, attrs, children };
}

/** A value of the trace as it is now. */
function valueNow(
  rule: ValueRule,
  then: string,
  bindings: Bindings,
  data: string | undefined,
): string {
  switch (rule) {
    case "job":
    case "input-directory":
    case "output-directory":
    case "input-address":
    case "output-address":
    case "jid":
    case "ticket":
      return bindings.now(rule, then);
    case "job-data":
      return data === undefined ? then : echoJobData(then, data);
    default:
      return then;
  }
}
