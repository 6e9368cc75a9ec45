/**
 * Base64 in lines of 76 characters, as Perl's `MIME::Base64` writes it.
 *
 * @module
 */

const LINE_LENGTH = 76;
/** Bytes that fill a line. */
const LINE_BYTES = 57;
/** Whole lines that are written at once: a native call for each line would cost more than the rest. */
const LINE = new RegExp(`.{1,${LINE_LENGTH}}`, "g");

/**
 * Writes bytes; each line ends in a newline, the last one too.
 *
 * @param bytes Any bytes.
 * @returns The text; empty for no bytes.
 */
export function encodeMimeBase64(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  const base64 = bytes.toBase64();
  return bytes.length <= LINE_BYTES ? `${base64}\n` : base64.replace(LINE, "$&\n");
}

/**
 * Reads bytes, wherever the lines break.
 *
 * @param text The text.
 * @returns The bytes; `undefined` where it is not base64.
 */
export function decodeMimeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
