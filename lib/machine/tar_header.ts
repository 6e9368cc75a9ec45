/**
 * Headers of tar archives in the forms that are found today: POSIX ustar, POSIX pax, GNU. Pure.
 *
 * @module
 */

/** Size of a header, and unit of everything in a tar archive. */
export const TAR_BLOCK_BYTES = 512;

/** What a header says, before extended headers have their say. */
export interface TarHeader {
  /** Path of the member. */
  readonly name: string;
  /** What a link leads to. */
  readonly linkName: string;
  /** One character: `0` file, `1` hard link, `2` symbolic link, `5` directory, `x` pax … */
  readonly typeFlag: string;
  /** Unix permission bits. */
  readonly mode: number;
  /** Size of the content that follows. */
  readonly sizeBytes: number;
  /** Time of the last change, in seconds since the epoch. */
  readonly modifiedSeconds: number;
}

const decoder = new TextDecoder();

/** A text field: up to its first NUL. */
function textField(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return decoder.decode(end === -1 ? field : field.subarray(0, end));
}

/** A number field: octal digits, or GNU's base 256 for what is too large; `NaN` for neither. */
function numberField(block: Uint8Array, from: number, length: number): number {
  const first = block[from] ?? 0;
  if (first === 0x80) {
    return block.subarray(from + 1, from + length).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const text = textField(block, from, length).trim();
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : NaN;
}

/** Sum of a header's bytes, with blanks in place of the checksum itself. */
function checksum(block: Uint8Array): number {
  const all = block.reduce((sum, byte) => sum + byte, 0);
  const own = block.subarray(148, 156).reduce((sum, byte) => sum + byte, 0);
  return all - own + 8 * 32;
}

/**
 * Reads a header.
 *
 * @param block 512 bytes.
 * @returns The header; `undefined` for the empty block that ends an archive.
 * @throws {SyntaxError} When the block is no header.
 */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (numberField(block, 148, 8) !== checksum(block)) throw new SyntaxError("Wrong checksum");
  const name = textField(block, 0, 100);
  // GNU archives have other things in the place of the prefix; their magic ends in a blank.
  const prefix = textField(block, 257, 6) === "ustar" ? textField(block, 345, 155) : "";
  const typeFlag = String.fromCharCode(block[156] ?? 0);
  const header = {
    name: prefix === "" ? name : `${prefix}/${name}`,
    linkName: textField(block, 157, 100),
    typeFlag: typeFlag !== "\0" ? typeFlag : name.endsWith("/") ? "5" : "0",
    mode: numberField(block, 100, 8),
    sizeBytes: numberField(block, 124, 12),
    modifiedSeconds: numberField(block, 136, 12) || 0,
  };
  if (!Number.isSafeInteger(header.sizeBytes)) throw new SyntaxError("Wrong size");
  if (!Number.isSafeInteger(header.mode)) throw new SyntaxError("Wrong mode");
  return header;
}

/**
 * Reads the records of a pax header, `LENGTH KEY=VALUE\n` each.
 *
 * @param bytes The header's content.
 * @returns The values by their keys.
 * @throws {SyntaxError} When a record is damaged.
 */
export function parsePaxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let from = 0; from < bytes.length;) {
    const blank = bytes.indexOf(32, from);
    const digits = blank === -1 ? "" : decoder.decode(bytes.subarray(from, blank));
    const end = from + (/^\d{1,9}$/.test(digits) ? parseInt(digits) : 0);
    const record = bytes.subarray(blank + 1, end);
    const equals = record.indexOf(61);
    if (end > bytes.length || equals < 1 || record.at(-1) !== 10) {
      throw new SyntaxError("Wrong pax record");
    }
    records.set(
      decoder.decode(record.subarray(0, equals)),
      decoder.decode(record.subarray(equals + 1, -1)),
    );
    from = end;
  }
  return records;
}

/**
 * Reads the content of a GNU long name.
 *
 * @param bytes The content.
 * @returns The name.
 */
export function parseLongName(bytes: Uint8Array): string {
  return textField(bytes, 0, bytes.length);
}
