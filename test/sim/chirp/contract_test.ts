import { connectChirp } from "../../../lib/chirp/mod.ts";
import { startChirpServer } from "../../../sim/chirp/mod.ts";
import { fileTransferContract, type FileTransferFixture } from "../../contract/file_transfer.ts";

/** A server of this project and a client of it; a folder is removed at the end. */
async function openOn(folder: string | undefined): Promise<FileTransferFixture> {
  const server = await startChirpServer({
    root: folder ?? "memory",
    rootAcl: "address:127.0.0.1 rwldax\n",
  });
  return {
    transfer: connectChirp({ host: server.hostname, port: server.port }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      if (folder !== undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}

fileTransferContract("ChirpClient on a server in memory", () => openOn(undefined));
fileTransferContract("ChirpClient on a server on a folder", async () => {
  return openOn(await Deno.makeTempDir());
});
