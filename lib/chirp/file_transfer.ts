/**
 * The seam between roles and file servers: what an agent and a manager need of a Chirp server.
 *
 * @module
 */

/** Which of the protocol's answers made a transfer fail, or what kept it from being answered. */
export type FileTransferErrorCode =
  | "not-authenticated"
  | "not-authorized"
  | "not-found"
  | "already-exists"
  | "too-big"
  | "no-space"
  | "invalid-request"
  | "is-directory"
  | "not-directory"
  | "not-empty"
  | "name-too-long"
  | "busy"
  | "unreachable"
  | "timed-out"
  | "disconnected"
  | "protocol"
  | "unknown";

/** A file operation that failed; the message names the operation, the path and the server. */
export class FileTransferError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "FileTransferError";

  /**
   * Sums a failed operation up for the caller.
   *
   * @param code What went wrong.
   * @param message The action and the path, in a sentence.
   * @param options The cause, where there is one.
   */
  constructor(readonly code: FileTransferErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** True where the same request may succeed later: the server was unreachable, slow or busy. */
  get transient(): boolean {
    return this.code === "unreachable" || this.code === "timed-out" ||
      this.code === "disconnected" || this.code === "busy";
  }
}

/** What a server knows about a path. */
export interface FileStatus {
  /** Kind of the entry. */
  readonly kind: "file" | "directory" | "link" | "other";
  /** Size in bytes. */
  readonly size: number;
  /** Unix permission bits. */
  readonly mode: number;
  /** Time of the last change, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** How far a transfer has come; `path` is the remote path. */
export interface TransferProgress {
  /** The remote path. */
  readonly path: string;
  /** Bytes moved so far. */
  readonly bytes: number;
  /** Bytes in all. */
  readonly totalBytes: number;
}

/** Options of a transfer. */
export interface TransferOptions {
  /** Breaks the transfer off. */
  readonly signal?: AbortSignal | undefined;
  /** Told at the start, about every MiB and at the end. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/**
 * A file server as one identity sees it. Remote paths are relative to the server's root, with `/`
 * between names; a server confines them to its root. Local paths are the caller's own.
 */
export interface FileTransfer extends AsyncDisposable {
  /** The server's name for this client, such as `address:127.0.0.1`. */
  whoami(): Promise<string>;
  /** Copies a remote file to a local one, streaming; replaces the local file, parents must exist. */
  get(remotePath: string, localPath: string, options?: TransferOptions): Promise<void>;
  /** Copies a local file to a remote one, streaming. */
  put(localPath: string, remotePath: string, options?: TransferOptions): Promise<void>;
  /** Copies a remote directory with all below it; returns the number of files. */
  getTree(remotePath: string, localPath: string, options?: TransferOptions): Promise<number>;
  /** Copies a local directory with all below it; returns the number of files. */
  putTree(localPath: string, remotePath: string, options?: TransferOptions): Promise<number>;
  /** Looks at a path, following links. */
  stat(remotePath: string): Promise<FileStatus>;
  /** Names in a directory, without `.` and `..`, sorted. */
  list(remotePath: string): Promise<string[]>;
  /** Makes a directory; one that exists is an error `already-exists`. */
  mkdir(remotePath: string): Promise<void>;
  /** Removes a file, or a directory with all below it; what is missing is an error `not-found`. */
  remove(remotePath: string): Promise<void>;
  /** Renames a file or directory, replacing a file that stands at the new path. */
  rename(fromPath: string, toPath: string): Promise<void>;
  /** The access control list of a directory: subject → rights, such as `address:*` → `rl`. */
  getAcl(remotePath: string): Promise<Map<string, string>>;
  /** Sets one subject's rights in a directory; no rights (`""`) removes the subject. */
  setAcl(remotePath: string, subject: string, rights: string): Promise<void>;
}
