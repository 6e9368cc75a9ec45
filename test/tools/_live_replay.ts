/**
 * A server with accounts on which a trace is replayed live.
 *
 * @module
 */
import { parseChirpAddress } from "../../lib/chirp/address.ts";
import { connectChirp } from "../../lib/chirp/mod.ts";
import { silentLogger } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { processRunner } from "../../lib/machine/process_runner.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { Agent } from "../../roles/agent.ts";
import { modelHost } from "../../sim/machine/model_host.ts";
import { startXmppServer, type XmppServer } from "../../sim/xmpp/mod.ts";
import { inTime } from "./_program.ts";
import type { LiveAccount, LiveOptions } from "../../tools/trace/replay/live.ts";

const DOMAIN = "live.test";
/** Accounts and passwords. The first two play somebody of a trace. */
const ACCOUNTS = new Map([
  ["replay", "p1"],
  ["replay-km", "p2"],
  ["jobmanager", "p3"],
  ["keymanager", "p4"],
  ["worker", "p5"],
]);

/** Starts the server, on a free port. */
export function startLiveServer(): Promise<XmppServer> {
  return startXmppServer({ domain: DOMAIN, accounts: ACCOUNTS });
}

/** JID of an account. */
export function jidOf(user: string): string {
  return `${user}@${DOMAIN}`;
}

/** The link of a role. */
export function link(server: XmppServer, user: string) {
  return xmppLink({
    jid: Jid.parse(jidOf(user)),
    password: ACCOUNTS.get(user) ?? "",
    host: server.hostname,
    port: server.port,
    tls: "off",
  });
}

/** An account that plays `then`. */
export function account(user: string, then?: string): LiveAccount {
  return { then, now: jidOf(user), password: ACCOUNTS.get(user) ?? "" };
}

/** Where the peer is; `replay` plays the other side, ten times as fast. */
export function liveOptions(server: XmppServer, peer: string): LiveOptions {
  return {
    server: { hostname: server.hostname, port: server.port },
    peers: [{ now: jidOf(peer) }],
    accounts: [account("replay")],
    patienceSeconds: 20,
    speed: 10,
  };
}

/** Resolves when those who are played are online: an account hears of its own sessions. */
export async function whenOnline(server: XmppServer, user = "replay"): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using watcher = link(server, user);
  const onStanza = ({ name, attrs }: XmlElement) => {
    if (name === "presence" && attrs["from"]?.includes("/trace-") === true) resolve();
  };
  await watcher.open({ onStanza, onStatus() {} });
  await inTime(promise, () => `the replay as ${user}`);
}

/** Runs an agent of ours, its manager played by `replay`, until `act` is done. */
export async function withAgent(link: Link, act: () => Promise<void>): Promise<void> {
  const workDir = await Deno.makeTempDir();
  const stop = new AbortController();
  const agent = new Agent({
    manager: jidOf("replay"),
    link,
    host: modelHost(),
    workspace: diskWorkspace(workDir),
    runner: processRunner(),
    openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth: ["address"] }),
    log: silentLogger,
  });
  const running = agent.run(stop.signal);
  try {
    await act();
  } finally {
    stop.abort();
    await running;
    await Deno.remove(workDir, { recursive: true });
  }
}

/** A signal that ends nothing. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
