/**
 * The XMPP servers that are measured, each in a process of its own.
 *
 * @module
 */
import type { EnvelopeForm } from "../../lib/protocol/mod.ts";
import { hasEjabberd, startEjabberd } from "../../test/live/ejabberd_server.ts";
import { hasProsody, startProsody } from "../../test/live/xmpp_server.ts";
import { HelperProcess } from "../helper_process.ts";
import { accountName, PASSWORD } from "./accounts.ts";

/** A running server. */
export interface MeasuredServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  /** Number of its process. */
  readonly pid: number;
}

/** A server that can be measured. */
export interface ServerKind {
  readonly name: string;
  /** Debian's package; empty for ours. */
  readonly packageName: string;
  readonly installed: boolean;
  /** The form of messages that it lets pass. */
  readonly form: EnvelopeForm;
  /** Starts it with that many accounts. */
  readonly start: (accounts: number) => Promise<MeasuredServer>;
}

function accountMap(accounts: number): Map<string, string> {
  return new Map(Array.from({ length: accounts }, (_, number) => [accountName(number), PASSWORD]));
}

async function startSim(accounts: number): Promise<MeasuredServer> {
  const domain = "copilot.test";
  const process = new HelperProcess("broker/sim_server.ts");
  const { port } = await process.ask<{ port: number }>({
    domain,
    accounts: [...accountMap(accounts)],
  });
  const stop = () => process[Symbol.asyncDispose]();
  return { host: "127.0.0.1", port, domain, pid: process.pid, [Symbol.asyncDispose]: stop };
}

/** Ours. */
export const SIM: ServerKind = {
  name: "sim/xmpp",
  packageName: "",
  installed: true,
  form: "original",
  start: startSim,
};

/** Prosody, with the garbage collector's settings that suit it best. */
export const PROSODY: ServerKind = {
  name: "Prosody",
  packageName: "prosody",
  installed: hasProsody,
  form: "original",
  start: (accounts) => startProsody({ accounts: accountMap(accounts) }),
};

/** ejabberd, which lets the namespaced form pass alone. */
export const EJABBERD: ServerKind = {
  name: "ejabberd",
  packageName: "ejabberd",
  installed: hasEjabberd,
  form: "namespaced",
  start: (accounts) => startEjabberd(accountMap(accounts)),
};
