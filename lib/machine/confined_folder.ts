/**
 * A folder whose paths cannot leave it: neither by their text nor through links that a job planted.
 *
 * Looks at names, and new directories, do not give way: on a local disk they take microseconds, handing each
 * to another thread takes ten times that, and nothing else in this process comes between two of them. What
 * keeps a job from changing a folder to a link between the check and the use of a path is that no process of
 * a job outlives it (see `process_runner.ts`).
 *
 * @module
 */

import { safeRelativePath } from "./safe_path.ts";
import { UnsafePathError } from "./workspace.ts";

/** Turns "a parent is a file" into "not found": either way there is no such entry. */
function unlessFileAbove<T>(path: string, look: (path: string) => T): T {
  try {
    return look(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new Deno.errors.NotFound(`Cannot find ${path}`, { cause: error });
  }
}

const realPath = (path: string) => unlessFileAbove(path, Deno.realPathSync);
const lookAt = (path: string) => unlessFileAbove(path, Deno.lstatSync);

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
  entry(relativePath: string): string {
    const names = safeRelativePath(relativePath).split("/");
    const last = names.pop() ?? ".";
    const folder = this.#folder(relativePath, names);
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
  target(relativePath: string): string {
    // Folders first, lest the answer tell what exists outside.
    const path = this.entry(relativePath);
    const isLink = lookAt(path).isSymlink;
    return isLink ? this.#resolve(relativePath, safeRelativePath(relativePath)) : path;
  }

  #makeRoot(): void {
    Deno.mkdirSync(this.#root || "/", { recursive: true });
  }

  /** Makes a directory; also where the root, which was there, has been removed. */
  #makeOne(path: string): void {
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      this.#makeRoot();
      Deno.mkdirSync(path);
    }
  }

  /** Finds the root itself. */
  #findRoot(): string {
    // The last dot makes the system refuse a file where a folder is meant.
    return this.#realRoot ??= realPath(`${this.#root}/.`);
  }

  /** Finds a folder by its names, which seldom are links; `relativePath` is what the caller asked for. */
  #folder(relativePath: string, names: readonly string[]): string {
    let path = this.#findRoot();
    for (const name of names) {
      path = below(path, name);
      const status = lookAt(path);
      if (status.isSymlink) return this.#resolve(relativePath, `${names.join("/")}/.`);
      if (!status.isDirectory) throw new Deno.errors.NotFound(`Cannot find ${path}: it is a file`);
    }
    return path;
  }

  /** Follows all links of a path. */
  #resolve(relativePath: string, path: string): string {
    const root = this.#findRoot();
    const target = realPath(below(root, path));
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
  makeDirectory(relativePath: string): void {
    const safe = safeRelativePath(relativePath);
    if (this.#realRoot === undefined || safe === ".") this.#makeRoot();
    if (safe === ".") return;
    let path = "";
    for (const name of safe.split("/")) {
      path = path === "" ? name : `${path}/${name}`;
      try {
        this.#makeOne(this.entry(path));
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        const { isDirectory } = Deno.lstatSync(this.target(path));
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
