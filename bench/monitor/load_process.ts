/**
 * Reports to a monitor, from a process of its own: a client that sends rounds of reports, each followed by a
 * ping to the monitor, and few rounds ahead of the answers. Asked with a place and a number of rounds, it
 * answers once the monitor has taken all of them.
 *
 * @module
 */
import { Client } from "../broker/client.ts";
import { answerQuestions } from "../helper_process.ts";
import { reportWriter } from "./reports.ts";

/** What the process is asked for. */
export interface LoadQuestion {
  readonly port: number;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** Full JID of the monitor. */
  readonly monitor: string;
  readonly rounds: number;
}

/** Rounds without answer at a time. */
const ROUNDS_AHEAD = 8;

function fail(error: Error): never {
  throw error;
}

let client: Client | undefined;
let number = 0;

await answerQuestions<LoadQuestion>(async (question) => {
  const { monitor, rounds } = question;
  client ??= await Client.open({ host: "127.0.0.1", counted: "id='r'", ...question }, fail);
  const speaker = client;
  const ping = `<iq type='get' id='r' to='${monitor}'><ping xmlns='urn:xmpp:ping'/></iq>`;
  const pingBytes = new TextEncoder().encode(ping);
  const reports = reportWriter(monitor);
  const { promise, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  let answered = 0;
  const send = () => {
    for (; sent < rounds && sent < answered + ROUNDS_AHEAD; sent++) {
      speaker.send(reports(number++));
      speaker.send(pingBytes);
    }
    if (answered === rounds) resolve();
  };
  speaker.onMessages = (count) => {
    answered += count;
    send();
  };
  send();
  await promise;
  return {};
});
