/**
 * The `<info>` element: attributes in encoded form and nested elements, before they are understood
 * as a command.
 *
 * @module
 */
import { bareRecord } from "./_bare_record.ts";
import { decodeValue, decodeWord, encodeValue, encodeWord } from "./value.ts";
import type { XmlElement } from "./xml.ts";

/** Decoded content of `<info>` or of an element in it. */
export interface Info {
  /** Attributes, values decoded. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Child elements by name; of equal names the last counts, as in the original. */
  readonly children: Readonly<Record<string, Info>>;
}

/** Deepest nesting that is read: a redirect inside a redirect with an adapter's state has four. */
const DEEPEST = 8;
/** Attribute that names the command. */
const COMMAND = "command";
/** Most elements have no children. */
const NONE: Info["children"] = Object.freeze(bareRecord<Info>());

/**
 * Writes an info element.
 *
 * @param name Name of the element: `info`, or that of a child such as `job`.
 * @param info What it holds, decoded.
 * @returns The element, its values encoded.
 */
export function encodeInfo(name: string, info: Info): XmlElement {
  const attrs: Record<string, string> = {};
  for (const key of Object.keys(info.attributes)) {
    const value = info.attributes[key] ?? "";
    attrs[key] = key === COMMAND ? encodeWord(value) : encodeValue(value);
  }
  const children: XmlElement[] = [];
  for (const key of Object.keys(info.children)) {
    const child = info.children[key];
    if (child !== undefined) children.push(encodeInfo(key, child));
  }
  return { name, attrs, children };
}

/**
 * Reads an info element; elements nested deeper than eight levels are left out.
 *
 * @param element The element, as it came.
 * @returns Its decoded content.
 */
export function decodeInfo(element: XmlElement): Info {
  return decodeLevel(element, DEEPEST);
}

function decodeLevel(element: XmlElement, levelsLeft: number): Info {
  const attributes = bareRecord<string>();
  for (const key of Object.keys(element.attrs)) {
    const value = element.attrs[key] ?? "";
    attributes[key] = key === COMMAND ? decodeWord(value) : decodeValue(value);
  }
  if (levelsLeft === 0 || element.children.length === 0) return { attributes, children: NONE };
  const children = bareRecord<Info>();
  for (const child of element.children) {
    if (typeof child !== "string") children[child.name] = decodeLevel(child, levelsLeft - 1);
  }
  return { attributes, children };
}
