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
async function unlessFileAbove<T>(path: string, look: (path: string) => Promise<T>): Promise<T> {
  try {
    return await look(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new Deno.errors.NotFound(`Cannot find ${path}`, { cause: error });
  }
}

const realPath = (path: string) => unlessFileAbove(path, Deno.realPath);
const lookAt = (path: string) => unlessFileAbove(path, Deno.lstat);

/** Resolves paths below a root. */
export class ConfinedFolder {
  readonly #root: string;
  /** The root free of links, once it has been found: each look at the disk takes time. */
  #realRoot: string | undefined;

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
    const names = safeRelativePath(relativePath).split("/");
    const last = names.pop() ?? ".";
    const folder = await this.#folder(relativePath, names);
    return last === "." ? folder : below(folder, last);
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
    const path = await this.entry(relativePath);
    const isLink = (await lookAt(path)).isSymlink;
    return isLink ? await this.#resolve(relativePath, safeRelativePath(relativePath)) : path;
  }

  async #makeRoot(): Promise<void> {
    await Deno.mkdir(this.#root || "/", { recursive: true });
  }

  /** Makes a directory; also where the root, which was there, has been removed. */
  async #makeOne(path: string): Promise<void> {
    try {
      await Deno.mkdir(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await this.#makeRoot();
      await Deno.mkdir(path);
    }
  }

  /** Finds the root itself. */
  async #findRoot(): Promise<string> {
    // The last dot makes the system refuse a file where a folder is meant.
    return this.#realRoot ??= await realPath(`${this.#root}/.`);
  }

  /** Finds a folder by its names, which seldom are links; `relativePath` is what the caller asked for. */
  async #folder(relativePath: string, names: readonly string[]): Promise<string> {
    let path = await this.#findRoot();
    for (const name of names) {
      path = below(path, name);
      const status = await lookAt(path);
      if (status.isSymlink) return await this.#resolve(relativePath, `${names.join("/")}/.`);
      if (!status.isDirectory) throw new Deno.errors.NotFound(`Cannot find ${path}: it is a file`);
    }
    return path;
  }

  /** Follows all links of a path. */
  async #resolve(relativePath: string, path: string): Promise<string> {
    const root = await this.#findRoot();
    const target = await realPath(below(root, path));
    if (target === root || target.startsWith(below(root, ""))) return target;
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
    if (this.#realRoot === undefined || safe === ".") await this.#makeRoot();
    if (safe === ".") return;
    let path = "";
    for (const name of safe.split("/")) {
      path = path === "" ? name : `${path}/${name}`;
      try {
        await this.#makeOne(await this.entry(path));
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        const { isDirectory } = await Deno.lstat(await this.target(path));
        if (!isDirectory) {
          throw new Deno.errors.NotADirectory(`Cannot make the directory ${path}: it is a file`);
        }
      }
    }
  }
}

/** Joins a name to a folder. */
function below(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}
