/** A link that is moved by the test, and what guards are made with. */
import { createLogger, memorySink } from "../../../lib/log.ts";
import type { Link, LinkHandler } from "../../../lib/messaging/link.ts";
import {
  guardedLink,
  type GuardPort,
  type MessageGuard,
} from "../../../lib/messaging/message_guard.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

/** When the trace `secure-mode-patched` was recorded, by its tickets. */
export const RECORDED_MS = 1_795_343_304_000;

/** A link in the test's hand. */
export class HandLink implements Link {
  readonly sent: XmlElement[] = [];
  jid: Jid | undefined;
  #handler: LinkHandler | undefined;

  open(handler: LinkHandler): Promise<Jid> {
    this.#handler = handler;
    return Promise.resolve(Jid.parse("test@copilot.test/1"));
  }

  send(stanza: XmlElement): void {
    this.sent.push(stanza);
  }

  bring(stanza: XmlElement): void {
    this.#handler?.onStanza(stanza);
  }

  online(jid: Jid): void {
    this.jid = jid;
    this.#handler?.onStatus({ type: "online", jid });
  }

  offline(): void {
    this.jid = undefined;
    this.#handler?.onStatus({ type: "offline", reason: "test", retryMs: 1 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A guarded link, online, and everything that passes on both of its sides. */
export async function guardScene(
  jid: string,
  guardFor: (port: GuardPort, common: ReturnType<typeof commonOptions>) => MessageGuard,
) {
  const common = commonOptions();
  const link = new HandLink();
  const guarded = guardedLink(link, (port) => guardFor(port, common));
  const given: XmlElement[] = [];
  await guarded.open({ onStanza: (stanza) => given.push(stanza), onStatus: () => {} });
  link.online(Jid.parse(jid));
  return { link, guarded, given, ...common };
}

function commonOptions() {
  const sink = memorySink();
  const clock = new VirtualClock(RECORDED_MS);
  const log = createLogger({ sinks: [sink], clock });
  return { clock, log, random: seededRandom(1), logged: sink.records };
}
