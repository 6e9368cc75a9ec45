/**
 * A monitor in a process of its own: asked with places, it answers when it is connected; asked again, it
 * stops, and answers when Carbon has all.
 *
 * @module
 */
import { silentLogger } from "../../lib/log.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { carbonSender } from "../../lib/metrics/carbon_sender.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { Monitor } from "../../roles/monitor.ts";
import { answerQuestions } from "../helper_process.ts";

/** Where everything is. */
export interface MonitorQuestion {
  readonly xmppPort: number;
  readonly carbonPort: number;
  /** Bare JID of the monitor. */
  readonly jid: string;
  readonly password: string;
}

const LOOK_MS = 20;

const stop = new AbortController();
let running: Promise<void> | undefined;
let metrics: AsyncDisposable | undefined;

async function start({ xmppPort, carbonPort, jid, password }: MonitorQuestion): Promise<string> {
  const host = "127.0.0.1";
  const link = xmppLink({ jid: Jid.parse(jid), password, host, port: xmppPort, tls: "off" });
  const sender = carbonSender({ hostname: host, port: carbonPort });
  metrics = sender;
  running = new Monitor({ link, metrics: sender, log: silentLogger }).run(stop.signal);
  while (link.jid === undefined) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return link.jid.full;
}

await answerQuestions<MonitorQuestion>(async (question) => {
  if (running === undefined) return { jid: await start(question) };
  stop.abort(new Error("The measurement is over"));
  await running;
  await metrics?.[Symbol.asyncDispose]();
  return {};
});
