/**
 * Commands about files and directories.
 *
 * @module
 */
import type { CatalogueEntry } from "../file_catalogue.ts";
import { absolutePath, type CommandCall, done, failed, readOptions } from "./command.ts";

const ENOENT = 2;
const EINVAL = 22;

/** Fields of a file in `stat`. */
function describe(services: CommandCall["services"], file: CatalogueEntry) {
  return {
    file: file.lfn,
    type: "f",
    owner: file.owner,
    gowner: file.owner,
    perm: "755",
    ctime: `${Math.floor(services.clock.now() / 1000)}`,
    ...(file.job === "" ? {} : { jobid: file.job }),
    size: `${file.sizeBytes}`,
    md5: file.md5,
    guid: file.guid,
    message:
      `File: ${file.lfn}\nType: f\nSize: ${file.sizeBytes}\nMD5: ${file.md5}\nGUID: ${file.guid}`,
  };
}

/** `JAliEnCommandstat`. */
export function stat({ services, session, options }: CommandCall) {
  const results: Record<string, unknown>[] = [];
  for (const name of readOptions(options, []).args) {
    const path = absolutePath(name, session, services.home);
    const file = services.catalogue.files.get(path);
    if (file !== undefined) results.push(describe(services, file));
    else if (services.catalogue.hasDirectory(path)) {
      results.push({
        file: `${path}/`,
        type: "d",
        owner: session.user,
        gowner: session.user,
        perm: "755",
      });
    } else return failed(ENOENT, path);
  }
  return done(...results);
}

/** `JAliEnCommandtype`. */
export function type({ services, session, options }: CommandCall) {
  const path = absolutePath(readOptions(options, []).args[0] ?? "", session, services.home);
  const kind = services.catalogue.files.has(path)
    ? "file"
    : services.catalogue.hasDirectory(path)
    ? "directory"
    : undefined;
  return kind === undefined ? failed(ENOENT, path) : done({ lfn: path, type: kind, message: kind });
}

/** `JAliEnCommandls`. */
export function ls({ services, session, options: words }: CommandCall) {
  const { options, args } = readOptions(words, []);
  const { catalogue, home, clock } = services;
  const path = absolutePath(args[0] ?? ".", session, home);
  const isFile = catalogue.files.has(path);
  if (!isFile && !catalogue.hasDirectory(path)) return failed(ENOENT, path);
  return done(...(isFile ? [path] : catalogue.list(path)).map((entry) => {
    const file = catalogue.files.get(entry);
    const slash = file === undefined && options.has("F") ? "/" : "";
    const name = `${entry.slice(entry.lastIndexOf("/") + 1)}${slash}`;
    const size = `${file?.sizeBytes ?? 0}`;
    const permissions = file === undefined ? "drwxr-xr-x" : "-rwxr-xr-x";
    const { user } = session;
    const ctime = `${Math.floor(clock.now() / 1000)}`;
    const long = options.has("l") ? { permissions, user, group: user, size, ctime } : {};
    const shown = options.has("c") ? entry : name;
    const message = options.has("l")
      ? `${permissions}   ${user} ${user} ${size.padStart(12)} ${shown}`
      : shown;
    return { ...long, name, path: `${entry}${slash}`, message };
  }));
}

/** `JAliEnCommandmkdir`. */
export function mkdir({ services, session, options: words }: CommandCall) {
  const { options, args } = readOptions(words, []);
  for (const name of args) {
    const path = absolutePath(name, session, services.home);
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!options.has("p") && !services.catalogue.hasDirectory(parent)) {
      return failed(ENOENT, `Could not create directory (or non-existing parents): ${path}`);
    }
    if (!services.catalogue.makeDirectory(path)) {
      return failed(ENOENT, `Could not create directory: ${path}`);
    }
  }
  return done();
}

/** `JAliEnCommandrm`, of files. */
export function rm({ services, session, options: words }: CommandCall) {
  const { options, args } = readOptions(words, []);
  for (const name of args) {
    const path = absolutePath(name, session, services.home);
    if (!services.catalogue.files.delete(path) && !options.has("f")) return failed(ENOENT, path);
  }
  return done();
}

/** `JAliEnCommandwhereis`. */
export function whereis({ services, session, options }: CommandCall) {
  const path = absolutePath(readOptions(options, []).args[0] ?? "", session, services.home);
  const file = services.catalogue.files.get(path);
  if (services.catalogue.hasDirectory(path)) {
    return failed(EINVAL, `The path you indicated is not a file: ${path}`);
  }
  if (file === undefined) return failed(ENOENT, path);
  return done(...file.replicas.map(({ storage, pfn }) => ({
    seName: storage,
    pfn,
    message: `\t ${storage.padStart(30)} pfn => ${pfn}`,
  })));
}
