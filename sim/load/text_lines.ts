/**
 * Lines of text, as processes send them to each other.
 *
 * @module
 */

/** Longest line in UTF-16 units: that of a part's last report about a hundred million jobs. */
const LONGEST_LINE = 32 << 20;

/** Splits text into its lines. */
export class TextLineStream extends TransformStream<string, string> {
  /** Begins with an empty line. */
  constructor() {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        if (rest.length > LONGEST_LINE) {
          throw new RangeError(`Cannot read a line of more than ${LONGEST_LINE} characters`);
        }
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
