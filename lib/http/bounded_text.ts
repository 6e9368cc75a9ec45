/**
 * Bodies of answers, read to their end, but not beyond measure.
 *
 * @module
 */

/**
 * Reads the text of an answer.
 *
 * @param response The answer.
 * @param limitBytes Most bytes.
 * @returns The text, whatever the answer's status.
 * @throws {RangeError} When there is more.
 */
export async function boundedText(response: Response, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new RangeError(`Answer of more than ${limitBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
