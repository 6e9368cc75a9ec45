/**
 * Load on an XMPP server, from a process of its own: clients in pairs that throw messages to and fro. A
 * pair keeps its messages in flight: each that arrives is answered by one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { EnvelopeForm } from "../../lib/protocol/mod.ts";
import { answerQuestions } from "../helper_process.ts";
import { accountName, PASSWORD } from "./accounts.ts";
import { Client, RESOURCE } from "./client.ts";
import { messageText } from "./message.ts";

/** What the process is asked for, one after the other. */
export type LoadQuestion = ConnectQuestion | RunQuestion;

/** Logs clients in; the answer is `{}`. */
export interface ConnectQuestion {
  readonly ask: "connect";
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  /** Accounts `load-N`, from this number on. */
  readonly first: number;
  /** Clients; an even number. */
  readonly count: number;
  readonly form: EnvelopeForm;
}

/** Throws messages for a while; the answer is {@linkcode LoadAnswer}. */
export interface RunQuestion {
  readonly ask: "run";
  /** Messages that each client has in flight. */
  readonly inFlight: number;
  readonly runMs: number;
}

/** What became of the messages. */
export interface LoadAnswer {
  /** Messages that arrived, those after the time included. */
  readonly messages: number;
}

/** Logins at a time. */
const LOGINS_AT_ONCE = 50;
/** Longest wait for the last messages of a run, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A client and what it sends to its partner. */
interface Player {
  readonly client: Client;
  readonly message: Buffer;
  /** Several of it, so that a burst is one write. */
  readonly burst: Buffer;
}

/** Messages at most that are written at once. */
const BURST = 64;

const players: Player[] = [];

function fail(error: Error): never {
  throw error;
}

async function connectAll(question: ConnectQuestion): Promise<void> {
  const { host, port, domain, first, count, form } = question;
  for (let start = 0; start < count; start += LOGINS_AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(LOGINS_AT_ONCE, count - start) },
      (_, index) => first + start + index,
    );
    players.push(
      ...await Promise.all(numbers.map(async (number) => {
        const user = accountName(number);
        const client = await Client.open({ host, port, domain, user, password: PASSWORD }, fail);
        // Partners are 2n and 2n + 1.
        const partner = accountName(number % 2 === 0 ? number + 1 : number - 1);
        const text = messageText(`${partner}@${domain}/${RESOURCE}`, form);
        return { client, message: Buffer.from(text), burst: Buffer.from(text.repeat(BURST)) };
      })),
    );
  }
}

function sendTo({ client, message, burst }: Player, count: number): void {
  client.send(count === 1 ? message : burst.subarray(0, message.length * Math.min(count, BURST)));
  if (count > BURST) sendTo({ client, message, burst }, count - BURST);
}

async function run({ inFlight, runMs }: RunQuestion): Promise<LoadAnswer> {
  let arrived = 0;
  let sent = players.length * inFlight;
  let isOver = false;
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  for (const player of players) {
    player.client.onMessages = (count) => {
      arrived += count;
      if (!isOver) {
        sent += count;
        sendTo(player, count);
      } else if (arrived === sent) resolve();
    };
  }
  for (const player of players) sendTo(player, inFlight);
  await new Promise((resolve) => setTimeout(resolve, runMs));
  isOver = true;
  const late = setTimeout(() => {
    fail(new Error(`Cannot end the run: ${sent - arrived} of ${sent} messages got lost`));
  }, PATIENCE_MS);
  if (arrived < sent) await drained;
  clearTimeout(late);
  return { messages: arrived };
}

await answerQuestions<LoadQuestion>(async (question) => {
  if (question.ask === "run") return await run(question);
  await connectAll(question);
  return {};
});
