/**
 * XML as XMPP uses it: elements, attributes and text, nothing else.
 *
 * @module
 */

/** An element. Attribute names keep their prefix (`xml:lang`); namespaces stand in `xmlns`. */
export interface XmlElement {
  /** Name with its prefix, as written. */
  readonly name: string;
  /** Attributes, values unescaped. */
  readonly attrs: Readonly<Record<string, string>>;
  /** Child elements and text, in order. */
  readonly children: readonly (XmlElement | string)[];
}

/** Makes an element; attributes whose value is `undefined` are left out. */
export function xml(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (XmlElement | string)[]
): XmlElement {
  const given: Record<string, string> = {};
  for (const key of Object.keys(attrs)) {
    const value = attrs[key];
    if (value !== undefined) given[key] = value;
  }
  return { name, attrs: given, children };
}

/** First child element of that name, or `undefined`. */
export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  for (const child of element.children) {
    if (typeof child !== "string" && child.name === name) return child;
  }
  return undefined;
}

/** The text directly inside an element. */
export function textOf(element: XmlElement): string {
  let text = "";
  for (const child of element.children) if (typeof child === "string") text += child;
  return text;
}

const NEEDS_ESCAPE = /[&<>'"]/;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
};

/** Escapes text for an attribute or for content. */
export function escapeXml(text: string): string {
  return NEEDS_ESCAPE.test(text)
    ? text.replace(/[&<>'"]/g, (character) => ESCAPES[character] ?? character)
    : text;
}

/**
 * Writes an element as the original writes it: single quotes, newlines raw in attributes (servers
 * turn them into blanks, and every decoder of Co-Pilot skips both), empty elements closed at once.
 *
 * @param element The element.
 * @returns Its text.
 */
export function serializeXml(element: XmlElement): string {
  let text = `<${element.name}`;
  const { attrs, children } = element;
  for (const key of Object.keys(attrs)) text += ` ${key}='${escapeXml(attrs[key] ?? "")}'`;
  if (children.length === 0) return `${text}/>`;
  text += ">";
  for (const child of children) {
    text += typeof child === "string" ? escapeXml(child) : serializeXml(child);
  }
  return `${text}</${element.name}>`;
}
