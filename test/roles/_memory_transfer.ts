/**
 * A file server without sockets: the manager's folder in memory as an agent's address sees it, access
 * lists and all.
 *
 * @module
 */
import { type FileTransfer, FileTransferError } from "../../lib/chirp/file_transfer.ts";
import { agentTransfer } from "../../sim/machine/agent_transfer.ts";
import type { MemoryWorkspace } from "../../sim/machine/memory_workspace.ts";

/** What a {@linkcode memoryTransfer} connects. */
export interface MemoryTransferOptions {
  /** The server's folder. */
  readonly server: MemoryWorkspace;
  /** The agent's own folder. */
  readonly local: MemoryWorkspace;
  /** The agent's address. */
  readonly address: string;
  /** True while the server cannot be reached. */
  readonly isDown: () => boolean;
}

/** Opens the server. */
export function memoryTransfer(options: MemoryTransferOptions): FileTransfer {
  const { server, local, address, isDown } = options;

  const check = async (path: string, right: string) => {
    if (isDown()) throw new FileTransferError("unreachable", `Cannot reach the server of ${path}`);
    const directory = path.slice(0, path.lastIndexOf("/"));
    const list = await server.readText(`${directory}/.__acl`).catch(() => "");
    const entries = list.split("\n").map((line) => line.split(" "));
    const held = entries.filter(([subject]) =>
      subject === "address:*" || subject === `address:${address}`
    );
    if (held.some(([, rights = ""]) => rights.includes(right))) return;
    if (right === "p" && held.some(([, rights = ""]) => rights.includes("w"))) return;
    throw new FileTransferError("not-authorized", `Cannot open ${path}: not authorized`);
  };

  return agentTransfer({
    whoami: () => Promise.resolve(`address:${address}`),
    async get(remotePath, localPath) {
      await check(remotePath, "r");
      if (!await server.exists(remotePath)) {
        throw new FileTransferError("not-found", `Cannot get ${remotePath}: not found`);
      }
      const bytes = await server.readBytes(remotePath).catch(() => {
        throw new FileTransferError("is-directory", `Cannot get ${remotePath}: a directory`);
      });
      await local.writeBytes(local.relativePath(localPath), bytes.slice());
    },
    async put(localPath, remotePath) {
      await check(remotePath, "p");
      if (await server.exists(remotePath)) {
        throw new FileTransferError("already-exists", `Cannot put ${remotePath}: it exists`);
      }
      await server.writeBytes(remotePath, await local.readBytes(local.relativePath(localPath)));
    },
  });
}
