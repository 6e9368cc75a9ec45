/**
 * Roles of ours in one of the two protected modes, with keys of the suite.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { guardedLink } from "../../lib/messaging/message_guard.ts";
import { SealedGuard } from "../../lib/messaging/sealed_guard.ts";
import { SecureConsumer } from "../../lib/messaging/secure_consumer.ts";
import { SecureProvider } from "../../lib/messaging/secure_provider.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import type { Random } from "../../lib/random.ts";
import { PeerKeys } from "../../lib/secure/peer_keys.ts";
import type { Setup } from "./case.ts";
import { suiteKeys } from "./suite_keys.ts";

/** What a guard is made of. */
export interface RoleGuardOptions {
  readonly setup: Setup;
  readonly clock: Clock;
  readonly random: Random;
  /** Bare JIDs with which the role talks in sealed mode. */
  readonly sealedPeers: readonly string[];
}

/** Protects the link of a manager as its setup wants it. */
export function guardManager(link: Link, options: RoleGuardOptions): Link {
  if (options.setup !== "secure") return guardSealed(link, options);
  const { manager: own, keyManager: { publicKey: keyManager } } = suiteKeys();
  const { clock, random } = options;
  return guardedLink(
    link,
    (port) => new SecureProvider(port, { own, keyManager, log: silentLogger, clock, random }),
  );
}

/** Who is who for an agent in the original's secure mode; bare JIDs. */
export interface AgentAddresses {
  readonly manager: string;
  readonly keyManager: string;
}

/** Protects the link of an agent as its setup wants it. */
export function guardAgent(
  link: Link,
  addresses: AgentAddresses,
  options: RoleGuardOptions,
): Link {
  if (options.setup !== "secure") return guardSealed(link, options);
  const { manager, keyManager } = suiteKeys();
  const { clock, random } = options;
  const keys = new Map([
    [addresses.manager, manager.publicKey],
    [addresses.keyManager, keyManager.publicKey],
  ]);
  const common = { keys, log: silentLogger, clock, random };
  return guardedLink(
    link,
    (port) => new SecureConsumer(port, { ...common, keyManager: Jid.parse(addresses.keyManager) }),
  );
}

/** Protects the link of a key manager. */
export function guardKeyManager(link: Link, clock: Clock, random: Random): Link {
  const { keyManager: own } = suiteKeys();
  const { publicKey: keyManager } = own;
  const common = { log: silentLogger, clock, random };
  return guardedLink(
    link,
    (port) => new SecureProvider(port, { ...common, own, keyManager, givesTickets: true }),
  );
}

function guardSealed(link: Link, { setup, sealedPeers, clock, random }: RoleGuardOptions): Link {
  if (setup !== "sealed") return link;
  const { sealedTested: own, sealedOwn: { publicKey: key } } = suiteKeys();
  const peers = new PeerKeys(sealedPeers.map((jid) => ({ jid, key })));
  return guardedLink(
    link,
    (port) => new SealedGuard(port, { own, peers, log: silentLogger, clock, random }),
  );
}
