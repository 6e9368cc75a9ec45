/**
 * Roles of ours in the original's secure mode, with keys that the replay is given.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Logger } from "../../../lib/log.ts";
import type { Link } from "../../../lib/messaging/link.ts";
import { guardedLink } from "../../../lib/messaging/message_guard.ts";
import { SecureConsumer } from "../../../lib/messaging/secure_consumer.ts";
import { SecureProvider } from "../../../lib/messaging/secure_provider.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import type { Random } from "../../../lib/random.ts";
import type { RsaPrivateKey } from "../../../lib/secure/rsa_key.ts";
import { issueTicket } from "../../../lib/secure/ticket.ts";
import { KeyManager } from "../../../roles/keymanager.ts";
import { bareOf, type TraceKeys } from "../open_trace.ts";
import type { SecureParts } from "./peers.ts";
import { commandOf, type Script } from "./script.ts";

/** What guards are made of. */
export interface GuardParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Key managers as everybody names them, for traces in which nobody asks for a ticket. */
const USUAL_NAME = /^(?:km|key-?manager)@/i;
/** The original's validity of a ticket in seconds. */
const TICKET_SECONDS = 86_400;

/**
 * Finds out who is who.
 *
 * @param script The script, opened.
 * @param keys Keys by bare JID.
 * @throws {UsageError} When no key of a key manager is there.
 */
export function secureParts({ passages }: Script, keys: TraceKeys): SecureParts {
  const request = passages.flatMap(({ sent, deliveries }) => [sent, ...deliveries])
    .find((at) => at !== undefined && commandOf(at.stanza) === "getTicket");
  const asked = request === undefined ? undefined : bareOf(decodeMessage(request.stanza).to);
  const keyManager = asked ?? [...keys.keys()].find((jid) => USUAL_NAME.test(jid));
  if (keyManager === undefined || !keys.has(keyManager)) {
    throw new UsageError(`Cannot replay in secure mode: no key of the key manager ${asked ?? ""}`);
  }
  return { keys, keyManager };
}

/** Protects the link of an agent. */
export function guardAgent(link: Link, { keys, keyManager }: SecureParts, parts: GuardParts): Link {
  const publicKeys = new Map([...keys].map(([jid, { publicKey }]) => [jid, publicKey]));
  const options = { ...parts, keys: publicKeys, keyManager: Jid.parse(keyManager) };
  return guardedLink(link, (port) => new SecureConsumer(port, options));
}

/** Protects the link of a manager. */
export function guardManager(
  link: Link,
  jid: string,
  secure: SecureParts,
  parts: GuardParts,
): Link {
  const own = keyOf(bareOf(jid), secure.keys);
  const keyManager = keyOf(secure.keyManager, secure.keys).publicKey;
  return guardedLink(link, (port) => new SecureProvider(port, { ...parts, own, keyManager }));
}

/** Makes a key manager. */
export function secureKeyManager(link: Link, secure: SecureParts, parts: GuardParts): KeyManager {
  const own = keyOf(secure.keyManager, secure.keys);
  const options = { ...parts, own, keyManager: own.publicKey, givesTickets: true };
  return new KeyManager({
    link: guardedLink(link, (port) => new SecureProvider(port, options)),
    key: own,
    ...parts,
  });
}

/** Makes a ticket that is valid now. */
export function makeTicket(
  key: RsaPrivateKey | undefined,
  holder: string,
  nowMs: number,
): string {
  if (key === undefined) throw new UsageError(`Cannot give ${holder} a ticket: no key for it`);
  const validFrom = Math.floor(nowMs / 1000);
  return issueTicket(
    { component: "*", validFrom, validTo: validFrom + TICKET_SECONDS, holder },
    key,
  );
}

function keyOf(jid: string, keys: TraceKeys): RsaPrivateKey {
  const key = keys.get(jid);
  if (key === undefined) throw new UsageError(`Cannot play ${jid}: no key for it`);
  return key;
}
