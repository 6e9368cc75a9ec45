/**
 * What every {@linkcode FileTransfer} must do, whatever stands behind it.
 *
 * @module
 */

import type { FileTransfer } from "../../lib/chirp/file_transfer.ts";
import { aclTests, directoryTests, identityTests } from "./_file_transfer_directories.ts";
import { failureTests, fileTests } from "./_file_transfer_files.ts";
import type { Scene } from "./_file_transfer_scene.ts";
import { treeTests } from "./_file_transfer_trees.ts";

/** A file server for one test; disposing of it ends all that was started. */
export interface FileTransferFixture extends AsyncDisposable {
  /** A client that has all rights in an empty root; closed by the suite. */
  readonly transfer: FileTransfer;
}

/**
 * Registers the suite.
 *
 * @param name Name of the implementation, the beginning of each test's name.
 * @param open Makes a server with an empty root, once for each test.
 */
export function fileTransferContract(
  name: string,
  open: () => Promise<FileTransferFixture>,
): void {
  const test = (what: string, run: (scene: Scene) => Promise<void>) => {
    Deno.test(`${name}: ${what}`, async () => {
      const local = await Deno.makeTempDir({ prefix: "transfer-" });
      try {
        await using fixture = await open();
        await using transfer = fixture.transfer;
        await run({ transfer, local });
      } finally {
        await Deno.remove(local, { recursive: true });
      }
    });
  };
  for (
    const group of [identityTests, fileTests, failureTests, directoryTests, treeTests, aclTests]
  ) {
    for (const [what, run] of Object.entries(group)) test(what, run);
  }
}
