/**
 * The world's file server: the managers' folder as agents reach it, access lists and all, with everything
 * that goes wrong on the way.
 *
 * @module
 */
import { type FileTransfer, FileTransferError } from "../../lib/chirp/file_transfer.ts";
import { sleep } from "../../lib/clock.ts";
import { agentTransfer } from "../machine/agent_transfer.ts";
import type { MemoryWorkspace } from "../machine/memory_workspace.ts";
import type { Dice } from "./fate.ts";
import type { Faults } from "./faults.ts";
import { type Life, never } from "./life.ts";

/** A file server. */
export class FileServer {
  /** True while it cannot be reached. */
  isDown = false;
  /** Directories into which an agent has put a job's status: its output is there as a whole. */
  readonly delivered = new Set<string>();
  readonly #folder: MemoryWorkspace;
  readonly #faults: Faults;

  /**
   * @param folder What it serves.
   * @param faults What goes wrong.
   */
  constructor(folder: MemoryWorkspace, faults: Faults) {
    this.#folder = folder;
    this.#faults = faults;
  }

  /**
   * Opens it for an agent.
   *
   * @param disk The agent's disk.
   * @param address The agent's address.
   * @param life The agent's process.
   * @param dice Decide what befalls its transfers.
   * @returns The server as the agent sees it.
   */
  open(disk: MemoryWorkspace, address: string, life: Life, dice: Dice): FileTransfer {
    const transfer = (way: Way, remotePath: string, localPath: string) =>
      this.#transfer({
        way,
        remotePath,
        local: disk.relativePath(localPath),
        disk,
        address,
        life,
        dice,
      });
    return agentTransfer({
      whoami: () => Promise.resolve(`address:${address}`),
      get: (remotePath, localPath) => transfer("get", remotePath, localPath),
      put: (localPath, remotePath) => transfer("put", remotePath, localPath),
    });
  }

  /** Moves a file, or fails to. */
  async #transfer(move: Move): Promise<void> {
    const { way, remotePath, life, dice } = move;
    if (!life.survives()) return await never();
    const faults = this.#faults;
    const isPut = way === "put";
    const occasion = dice.on(remotePath);
    const refused = occasion.strike("refused", faults.transfersRefused);
    const truncated = occasion.strike("truncated", faults.transfersTruncated);
    const answerLost = occasion.strike("transfer-answer", faults.transferAnswersLost);
    const torn = occasion.strike("torn", isPut ? faults.uploadsTorn : 0);
    const full = occasion.strike("disk-full", isPut ? faults.diskFull : 0);
    const slow = occasion.strike("slow", faults.transfersSlow);
    const fail = (code: FileTransferError["code"]) => {
      throw new FileTransferError(code, `Cannot ${way} ${remotePath}: ${code}`);
    };
    if (this.isDown || refused !== undefined) fail("unreachable");
    if (slow !== undefined) await sleep(life.clock, Math.ceil(slow * faults.slowMs));
    if (this.isDown) fail("disconnected");
    if (full !== undefined) fail("no-space");
    if (way === "get") await this.#get(move, truncated !== undefined);
    // The server removes a file whose upload was broken off, unless it crashed itself.
    else if (truncated === undefined) await this.#put(move, torn ?? 1);
    if (!life.survives()) return await never();
    if ((truncated ?? answerLost ?? torn) !== undefined) fail("disconnected");
  }

  async #get({ remotePath, local, disk, address }: Move, truncated: boolean): Promise<void> {
    await this.#authorize(address, remotePath, "r");
    const folder = this.#folder;
    if (!await folder.exists(remotePath)) {
      throw new FileTransferError("not-found", `Cannot get ${remotePath}: not found`);
    }
    const bytes = await folder.readBytes(remotePath);
    await disk.writeBytes(local, truncated ? bytes.slice(0, bytes.length / 2) : bytes);
  }

  async #put({ remotePath, local, disk, address }: Move, share: number): Promise<void> {
    await this.#authorize(address, remotePath, "p");
    const folder = this.#folder;
    if (await folder.exists(remotePath)) {
      throw new FileTransferError("already-exists", `Cannot put ${remotePath}: it exists`);
    }
    const bytes = await disk.readBytes(local);
    await folder.writeBytes(remotePath, bytes.slice(0, share * bytes.length));
    if (share === 1 && remotePath.endsWith(".status")) this.delivered.add(directoryOf(remotePath));
  }

  /** Looks into the directory's access list. */
  async #authorize(address: string, path: string, right: string): Promise<void> {
    const list = await this.#folder.readText(`${directoryOf(path)}/.__acl`).catch(() => "");
    for (const entry of list.split("\n")) {
      const [subject, rights = ""] = entry.split(" ");
      if (subject !== "address:*" && subject !== `address:${address}`) continue;
      if (rights.includes(right)) return;
    }
    throw new FileTransferError("not-authorized", `Cannot open ${path}: not authorized`);
  }
}

type Way = "get" | "put";

/** One transfer. */
interface Move {
  readonly way: Way;
  readonly remotePath: string;
  /** The local file, relative to the disk. */
  readonly local: string;
  readonly disk: MemoryWorkspace;
  readonly address: string;
  readonly life: Life;
  readonly dice: Dice;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** A file server that takes everything and keeps nothing, for worlds without files. */
export const NO_FILES: FileTransfer = agentTransfer({
  whoami: () => Promise.resolve("unix:nobody"),
  get: () => Promise.resolve(),
  put: () => Promise.resolve(),
});
