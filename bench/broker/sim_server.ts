/**
 * `sim/xmpp` in a process of its own: asked once, with domain and accounts, it starts and tells its port.
 *
 * @module
 */
import { startXmppServer, type XmppServer } from "../../sim/xmpp/mod.ts";
import { answerQuestions } from "../helper_process.ts";

/** How to start it. */
interface StartQuestion {
  readonly domain: string;
  /** Users and passwords. */
  readonly accounts: readonly (readonly [user: string, password: string])[];
}

let server: XmppServer | undefined;
await answerQuestions<StartQuestion>(async ({ domain, accounts }) => {
  server = await startXmppServer({ domain, accounts: new Map(accounts) });
  return { port: server.port };
});
await server?.[Symbol.asyncDispose]();
