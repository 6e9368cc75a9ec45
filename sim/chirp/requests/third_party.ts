/**
 * Requests that make the server a client of another one: thirdput, whoareyou.
 *
 * @module
 */

import { formatRights } from "../../../lib/chirp/acl.ts";
import { type ChirpClient, connectChirp } from "../../../lib/chirp/client.ts";
import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { FileTransferError } from "../../../lib/chirp/file_transfer.ts";
import { CHIRP_PORT } from "../../../lib/chirp/wire.ts";
import { HIDDEN_PREFIX, readAcl } from "../access.ts";
import { ChirpFailure, invalid } from "../failure.ts";
import { isDirectory, isLink } from "../resolve.ts";
import type { Session } from "../session.ts";
import { bytesOfLatin1 } from "../small_file.ts";
import { childOf } from "../storage.ts";
import { statOf } from "./metadata.ts";
import { answerBytes, request, type RequestTable } from "./request.ts";

/** Requests that go through another server. */
export const thirdPartyRequests: RequestTable = {
  whoareyou: request(["word", "number"], async (session, target, mostBytes) => {
    if (mostBytes < 0) throw invalid(`length ${mostBytes}`);
    const identity = await withServer(session, target, (client) => client.whoami());
    answerBytes(session, bytesOfLatin1(identity.slice(0, mostBytes)));
  }),

  thirdput: request(["path", "word", "path"], (session, path, target, targetPath) => {
    return withServer(session, target, (client) => putEntry(session, client, path, targetPath));
  }),
};

/** Codes for what another server answered. Lasting ones only: others make the real tools repeat. */
const CODE_OF_ERROR: Readonly<Partial<Record<FileTransferError["code"], number>>> = {
  "not-authenticated": CHIRP_CODES.NOT_AUTHORIZED,
  "not-authorized": CHIRP_CODES.NOT_AUTHORIZED,
  "not-found": CHIRP_CODES.DOESNT_EXIST,
  "already-exists": CHIRP_CODES.ALREADY_EXISTS,
  "too-big": CHIRP_CODES.TOO_BIG,
  "no-space": CHIRP_CODES.NO_SPACE,
  "is-directory": CHIRP_CODES.IS_DIR,
  "not-directory": CHIRP_CODES.NOT_DIR,
  "not-empty": CHIRP_CODES.NOT_EMPTY,
  "name-too-long": CHIRP_CODES.NAME_TOO_LONG,
  "unreachable": CHIRP_CODES.BUSY,
  "timed-out": CHIRP_CODES.BUSY,
  "disconnected": CHIRP_CODES.BUSY,
  "busy": CHIRP_CODES.BUSY,
};

async function withServer<Result>(
  session: Session,
  target: string,
  use: (client: ChirpClient) => Promise<Result>,
): Promise<Result> {
  const { outgoing, clock, random } = session.server;
  if (!outgoing) {
    throw new ChirpFailure(CHIRP_CODES.NOT_SUPPORTED, `Cannot connect to ${target}: not allowed`);
  }
  const [, host = "", port] = /^(.+?)(?::(\d+))?$/.exec(target) ?? [];
  await using client = connectChirp({
    host,
    port: port === undefined ? CHIRP_PORT : Number(port),
    auth: ["hostname", "address"],
    retries: 0,
    signal: session.signal,
    clock,
    random,
  });
  try {
    return await use(client);
  } catch (error) {
    if (!(error instanceof FileTransferError)) throw error;
    const code = CODE_OF_ERROR[error.code] ?? CHIRP_CODES.INVALID_REQUEST;
    throw new ChirpFailure(code, error.message, { cause: error });
  }
}

/** Copies a file, link or tree to another server; returns the bytes moved. */
async function putEntry(
  session: Session,
  client: ChirpClient,
  path: string,
  targetPath: string,
): Promise<number> {
  session.keepAlive();
  const entry = session.find(path, { follow: false, garbled: true });
  const stat = statOf(entry);
  if (isDirectory(stat)) return await putDirectory(session, client, entry.path, targetPath);
  session.access.demand(entry, "r");
  if (isLink(stat)) {
    await client.symlink(session.storage.readLink(entry.path), targetPath);
    return 0;
  }
  return await putFile(session, client, entry.path, targetPath, stat.mode);
}

async function putFile(
  session: Session,
  client: ChirpClient,
  path: string,
  targetPath: string,
  mode: number,
): Promise<number> {
  const { storage, server: { buffers } } = session;
  const source = storage.open(path, { read: true, write: false });
  try {
    await using target = await client.open(targetPath, {
      ...{ read: false, write: true, create: true, truncate: true },
      mode: mode & 0o777,
    });
    using buffer = buffers.lend();
    for (let offset = 0;;) {
      const count = source.read(offset, buffer.bytes);
      if (count === 0) return offset;
      await target.write(buffer.bytes.subarray(0, count), offset);
      offset += count;
      session.keepAlive();
    }
  } finally {
    source.close();
  }
}

/** Copies a directory with its list; the server itself keeps no right in the copy. */
async function putDirectory(
  session: Session,
  client: ChirpClient,
  path: string,
  targetPath: string,
): Promise<number> {
  const { storage, access, caller, server: { policy } } = session;
  access.demandIn(path, path, "r", "l");
  await makeDirectory(client, targetPath);
  const own = await client.whoami();
  for (const identity of new Set([own, caller.identity])) {
    await client.setAcl(targetPath, identity, "rwldax");
  }
  let bytes = 0;
  for (const name of storage.names(path)) {
    if (name.startsWith(HIDDEN_PREFIX)) continue;
    bytes += await putEntry(session, client, childOf(path, name), childOf(targetPath, name));
  }
  const acl = readAcl(storage, path) ?? policy.defaultAcl ?? [];
  // The server's own right to change the list goes last, or the rest could not be set.
  for (const { subject, rights } of acl.filter((it) => it.subject !== own)) {
    await client.setAcl(targetPath, subject, formatRights(rights));
  }
  const kept = acl.find(({ subject }) => subject === own);
  await client.setAcl(targetPath, own, kept === undefined ? "" : formatRights(kept.rights));
  return bytes;
}

async function makeDirectory(client: ChirpClient, path: string): Promise<void> {
  try {
    await client.mkdir(path);
  } catch (error) {
    if (!(error instanceof FileTransferError && error.code === "already-exists")) throw error;
  }
}
