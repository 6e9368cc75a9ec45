/**
 * Writing the names of a folder to the disk, once for all who ask at about the same time: a busy manager
 * moves hundreds of archives into one folder a second.
 *
 * @module
 */

/** Writes that have not begun: whoever asks now is served by them. */
const waiting = new Map<string, Promise<void>>();
/** Writes that have begun: they may be too early for a name that was changed since. */
const running = new Map<string, Promise<void>>();

/** Has the system write a file, or the names of a folder, to the disk. */
export async function sync(path: string): Promise<void> {
  using file = Deno.openSync(path);
  await file.sync();
}

/**
 * Has the names of a folder written to the disk: all that were changed before this call.
 *
 * @param path Absolute path of the folder.
 */
export function syncFolder(path: string): Promise<void> {
  const next = waiting.get(path);
  if (next !== undefined) return next;
  const begun = syncAfter(path, running.get(path));
  waiting.set(path, begun);
  return begun;
}

async function syncAfter(path: string, earlier: Promise<void> | undefined): Promise<void> {
  // What becomes of the earlier write concerns those who asked for it.
  await earlier?.catch(() => {});
  waiting.delete(path);
  const work = sync(path);
  running.set(path, work);
  try {
    await work;
  } finally {
    if (running.get(path) === work) running.delete(path);
  }
}
