/**
 * What the tests of the file transfer contract share.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type FileTransfer,
  FileTransferError,
  type FileTransferErrorCode,
  type TransferProgress,
} from "../../lib/chirp/file_transfer.ts";

/** What a test is given. */
export interface Scene {
  /** A client that has all rights in an empty root. */
  readonly transfer: FileTransfer;
  /** An empty local directory. */
  readonly local: string;
}

/** Tests by what they show. */
export type Tests = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

/** A mebibyte. */
export const MIB = 1024 * 1024;

/** Names that are easily spoilt on the way. */
export const ODD_NAMES = [
  "plain.txt",
  "with blank",
  "100%",
  "%41",
  "quote\"'`",
  "<angle>\\{brace}|~",
  "+&?#;=@!$^*(),[]:",
  ".hidden",
  "...",
  "-rf",
  "ä",
  "日本語",
  "Ünïcödé😀",
  "tab\there",
];

/** Bytes that differ from step to step. */
export function pattern(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 12)) & 0xff);
}

/** Names in a local directory, sorted. */
export async function namesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => name).sort();
}

/** Expects a start, an end and growth between them. */
export function assertSteps(steps: TransferProgress[], path: string, totalBytes: number): void {
  assertEquals(steps.at(0), { path, bytes: 0, totalBytes });
  assertEquals(steps.at(-1), { path, bytes: totalBytes, totalBytes });
  assertEquals(steps.filter(({ bytes }) => bytes === totalBytes).length, 1);
  if (totalBytes > 4 * MIB) assertGreater(steps.length, 4);
  steps.forEach(({ bytes }, index) =>
    assert(index === 0 || bytes > (steps[index - 1]?.bytes ?? 0))
  );
}

/** Expects a failure of this kind, with this in its message. */
export async function assertFails(
  code: FileTransferErrorCode,
  action: () => Promise<unknown>,
  named = "Cannot",
): Promise<void> {
  const error = await assertRejects(action, FileTransferError);
  assertEquals(error.code, code, error.message);
  assertStringIncludes(error.message, named);
}
