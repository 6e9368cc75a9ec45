/**
 * How a client proves who it is: it names methods, one after another, until one succeeds.
 *
 * @module
 */

import type { Caller } from "./access.ts";
import type { AuthenticationContext, IdentityDialogue } from "./identity_dialogue.ts";
import { authenticateByTicket } from "./ticket_method.ts";
import { authenticateByUnix } from "./unix_method.ts";

/** A way to prove who one is. */
export type IdentityMethod = "address" | "hostname" | "unix" | "ticket";

const METHODS: Readonly<Record<IdentityMethod, IdentityDialogue>> = {
  address: ({ writer, peerAddress }) => {
    writer.line("yes");
    return Promise.resolve({ subject: peerAddress });
  },
  hostname: async ({ writer, peerAddress, nameOfAddress }) => {
    const name = await nameOfAddress(peerAddress);
    writer.line(name === undefined ? "no" : "yes");
    return name === undefined ? undefined : { subject: name };
  },
  unix: authenticateByUnix,
  ticket: authenticateByTicket,
};

/**
 * Speaks with a client until one method succeeds. The number of attempts is bounded by time alone.
 *
 * @param context See {@linkcode AuthenticationContext}.
 * @returns The caller; `undefined` when the client leaves first.
 */
export async function authenticate(context: AuthenticationContext): Promise<Caller | undefined> {
  const { reader, writer, methods } = context;
  for (;;) {
    const name = await reader.line();
    if (name === undefined) return undefined;
    const method = methods.has(name) && isMethod(name) ? METHODS[name] : undefined;
    writer.line(method === undefined ? "no" : "yes");
    const proof = await method?.(context);
    if (proof !== undefined) {
      const subject = proof.subject.replaceAll(/[^\x21-\x7e]/g, "_");
      for (const line of ["yes", name, subject]) writer.line(line);
      await writer.flush();
      return proof.caller ?? { identity: `${name}:${subject}` };
    }
    await writer.flush();
  }
}

function isMethod(name: string): name is IdentityMethod {
  return Object.hasOwn(METHODS, name);
}
