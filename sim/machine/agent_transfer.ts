/**
 * The part of a file transfer that roles use: files one by one, and the address under which the server
 * knows them.
 *
 * @module
 */
import { type FileTransfer, FileTransferError } from "../../lib/chirp/file_transfer.ts";

function refuse(): never {
  throw new FileTransferError("invalid-request", "Cannot do that here: no role asks for it");
}

/**
 * Makes a transfer of the calls that roles make; all others are refused.
 *
 * @param calls What is answered.
 * @returns The transfer; it holds nothing.
 */
export function agentTransfer(calls: Pick<FileTransfer, "whoami" | "get" | "put">): FileTransfer {
  return {
    ...calls,
    getTree: refuse,
    putTree: refuse,
    stat: refuse,
    list: refuse,
    mkdir: refuse,
    remove: refuse,
    rename: refuse,
    getAcl: refuse,
    setAcl: refuse,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
