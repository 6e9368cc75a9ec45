/**
 * HTML whose values are escaped unless they are HTML themselves.
 *
 * @module
 */

/** A piece of HTML. */
export interface Html {
  readonly text: string;
}

/** What may stand in a template. */
export type HtmlValue = string | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Takes text as HTML that it is already. */
export function raw(text: string): Html {
  return { text };
}

/** Puts a piece of HTML together: values that are text are escaped. */
export function html(pieces: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const text = pieces.reduce((whole, piece, index) => whole + textOf(values[index - 1]) + piece);
  return { text };
}

function textOf(value: HtmlValue | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return escapeHtml(value);
  return "text" in value ? value.text : value.map(({ text }) => text).join("");
}
