/**
 * Small text files of the server's own, read and written in one go, one character a byte.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import { codeOf } from "./failure.ts";
import type { Storage } from "./storage.ts";

/**
 * Reads a small text file.
 *
 * @param storage The store.
 * @param path Its path, resolved.
 * @param mostBytes Largest size that is read.
 * @returns The text; `undefined` where the file is missing or larger.
 */
export function readSmallFile(
  storage: Storage,
  path: string,
  mostBytes: number,
): string | undefined {
  try {
    const file = storage.open(path, { read: true, write: false });
    try {
      const bytes = new Uint8Array(Math.min(file.stat().sizeBytes, mostBytes + 1));
      const length = file.read(0, bytes);
      return length > mostBytes ? undefined : latin1Of(bytes.subarray(0, length));
    } finally {
      file.close();
    }
  } catch (error) {
    if (codeOf(error) === CHIRP_CODES.DOESNT_EXIST) return undefined;
    throw error;
  }
}

/**
 * Writes a small text file, replacing what stands there.
 *
 * @param storage The store.
 * @param path Its path, resolved.
 * @param text The text; characters up to U+00FF.
 */
export function writeSmallFile(storage: Storage, path: string, text: string): void {
  const file = storage.open(path, { read: false, write: true, create: true, truncate: true });
  try {
    file.write(0, bytesOfLatin1(text));
  } finally {
    file.close();
  }
}

/**
 * Turns bytes into text, one character a byte.
 *
 * @param bytes The bytes.
 * @returns The text.
 */
export function latin1Of(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  }
  return pieces.join("");
}

/**
 * Turns text into bytes, one byte a character.
 *
 * @param text The text; characters up to U+00FF.
 * @returns The bytes.
 */
export function bytesOfLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
