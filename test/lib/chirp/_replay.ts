/**
 * Plays recorded dialogues (`fixtures/chirp`) to a client, chunk by chunk as they were read from the wire.
 *
 * @module
 */

import type { PeerConnection, PeerScript } from "./_scripted_peer.ts";

/** A request with what the server said. */
interface Exchange {
  readonly request: string;
  readonly answers: readonly Uint8Array[];
  /** The answers to the data of an upload. */
  readonly stored: readonly Uint8Array[];
}

interface Chunk {
  readonly connection: number;
  readonly fromClient: boolean;
  readonly bytes: Uint8Array;
}

/**
 * Makes a script of a recording. Requests are answered with the next recorded answer to the same line, the
 * order otherwise being free; a line that was not recorded ends the connection.
 *
 * @param name Name of the recording, without the ending.
 * @returns The script.
 */
export async function replaying(name: string): Promise<PeerScript> {
  const url = new URL(`../../../fixtures/chirp/${name}.jsonl`, import.meta.url);
  const exchanges = exchangesOf(chunksOf(await Deno.readTextFile(url)));
  return async (peer) => {
    let next = 0;
    for (let line = await peer.readLine(); line !== undefined; line = await peer.readLine()) {
      const wanted = comparable(line);
      const isWanted = ({ request }: Exchange) => comparable(request) === wanted;
      const later = exchanges.findIndex((exchange, at) => at >= next && isWanted(exchange));
      const index = later >= 0 ? later : exchanges.findIndex(isWanted);
      const exchange = exchanges[index];
      if (exchange === undefined) return;
      next = index + 1;
      await play(peer, exchange.answers);
      if (exchange.stored.length === 0) continue;
      await peer.readBytes(Number(line.split(" ").at(-1)));
      await play(peer, exchange.stored);
    }
  };
}

/** The real tools ask for other modes and lengths than this client does. */
function comparable(line: string): string {
  return line.replace(/^((?:mkdir|readlink|putfile|whoami) \S+) \d+/, "$1");
}

async function play(peer: PeerConnection, answers: readonly Uint8Array[]): Promise<void> {
  for (const answer of answers) await peer.reply(answer);
}

function chunksOf(text: string): Chunk[] {
  return text.trim().split("\n").flatMap((line) => {
    const record = JSON.parse(line);
    if (record.event !== undefined) return [];
    const bytes = record.text === undefined
      ? Uint8Array.fromBase64(record.base64)
      : new TextEncoder().encode(record.text);
    return [{ connection: record.conn, fromClient: record.dir === "c2s", bytes }];
  });
}

function exchangesOf(chunks: readonly Chunk[]): Exchange[] {
  const connections = Map.groupBy(chunks, ({ connection }) => connection);
  return [...connections.values()].flatMap((own) => {
    const exchanges: { request: string; answers: Uint8Array[]; stored: Uint8Array[] }[] = [];
    let uploading = false;
    for (const { fromClient, bytes } of own) {
      const last = exchanges.at(-1);
      if (!fromClient) (uploading ? last?.stored : last?.answers)?.push(bytes);
      else if (last?.request.startsWith("putfile") && last.stored.length === 0 && !uploading) {
        uploading = true;
      } else {
        uploading = false;
        const request = new TextDecoder().decode(bytes).replace("\n", "");
        exchanges.push({ request, answers: [], stored: [] });
      }
    }
    return exchanges;
  });
}
