/**
 * A folder whose paths cannot leave it: neither by their text nor through links that a job planted.
 *
 * The check and the use of a path are two steps; what keeps a job from changing a folder to a link in
 * between is that no process of a job outlives it (see `process_runner.ts`).
 *
 * @module
 */

import { safeRelativePath } from "./safe_path.ts";
import { UnsafePathError } from "./workspace.ts";

/** Turns "a parent is a file" into "not found": either way there is no such entry. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new Deno.errors.NotFound(`Cannot find ${path}`, { cause: error });
  }
}

/** Resolves paths below a root. */
export class ConfinedFolder {
  readonly #root: string;

  /**
   * Confines paths to a folder.
   *
   * @param root Absolute path of the folder; it may be made later.
   * @throws {UnsafePathError} When the root is not absolute.
   */
  constructor(root: string) {
    if (!root.startsWith("/") || root.includes("\0")) {
      throw new UnsafePathError(`Refused the root ${JSON.stringify(root)}: it is not absolute`);
    }
    this.#root = root.replace(/\/+$/, "");
  }

  /**
   * Joins a path to the root by its text alone.
   *
   * @param relativePath The path below the root.
   * @returns The absolute path.
   * @throws {UnsafePathError} When the text could lead out.
   */
  join(relativePath: string): string {
    const safe = safeRelativePath(relativePath);
    return safe === "." ? this.#root || "/" : `${this.#root}/${safe}`;
  }

  /**
   * Finds an entry itself: its folders are followed, a link in the last place is not.
   *
   * @param relativePath The path below the root.
   * @returns The absolute path; its folders exist, are no links and lie inside the root.
   * @throws {UnsafePathError} When a folder on the way leads out.
   * @throws {Deno.errors.NotFound} When a folder on the way is missing.
   */
  async entry(relativePath: string): Promise<string> {
    const safe = safeRelativePath(relativePath);
    const cut = safe.lastIndexOf("/");
    // The last dot makes the system refuse a file where a folder is meant.
    const folder = await this.#resolve(relativePath, `${safe.slice(0, Math.max(cut, 0))}/.`);
    if (safe === ".") return folder;
    return `${folder === "/" ? "" : folder}/${safe.slice(cut + 1)}`;
  }

  /**
   * Finds what an entry leads to, following links.
   *
   * @param relativePath The path below the root.
   * @returns The absolute path, free of links, inside the root.
   * @throws {UnsafePathError} When it leads out.
   * @throws {Deno.errors.NotFound} When there is nothing.
   */
  async target(relativePath: string): Promise<string> {
    // Folders first, lest the answer tell what exists outside.
    await this.entry(relativePath);
    return await this.#resolve(relativePath, safeRelativePath(relativePath));
  }

  /** Follows all links of a path; `relativePath` is what the caller asked for. */
  async #resolve(relativePath: string, below: string): Promise<string> {
    const root = await realPath(`${this.#root}/.`);
    const target = await realPath(`${this.#root}/${below}`);
    if (target === root || target.startsWith(root === "/" ? "/" : `${root}/`)) return target;
    throw new UnsafePathError(`Refused the path ${JSON.stringify(relativePath)}: it leads out`);
  }

  /**
   * Makes a directory and its parents.
   *
   * @param relativePath The path below the root.
   * @throws {UnsafePathError} When a folder on the way leads out.
   * @throws {Deno.errors.NotADirectory} When something else is in the way.
   */
  async makeDirectory(relativePath: string): Promise<void> {
    const safe = safeRelativePath(relativePath);
    await Deno.mkdir(this.#root || "/", { recursive: true });
    if (safe === ".") return;
    let path = "";
    for (const name of safe.split("/")) {
      path = path === "" ? name : `${path}/${name}`;
      try {
        await Deno.mkdir(await this.entry(path));
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        const status = await Deno.stat(await this.target(path));
        if (!status.isDirectory) {
          throw new Deno.errors.NotADirectory(`Cannot make the directory ${path}: it is a file`);
        }
      }
    }
  }
}
