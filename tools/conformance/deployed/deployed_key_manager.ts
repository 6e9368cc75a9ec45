/**
 * Cases against a key manager on a real server.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import type { RsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import type { KeyManagerCase } from "../case.ts";
import type { Patience } from "../peer.ts";
import type { TranscriptMaker } from "../target.ts";
import type { Account, AccountPool } from "./accounts.ts";
import type { Connector } from "./connector.ts";

/** Options of {@linkcode runAtKeyManager}. */
export interface DeployedKeyManagerOptions {
  /** Bare JID of the key manager. */
  readonly keyManager: string;
  readonly key: RsaPublicKey;
  /** What it wants to be shown; `undefined`: it gives tickets to everybody. */
  readonly credential: string | undefined;
  readonly connector: Connector;
  readonly accounts: AccountPool;
  readonly patience: Patience;
  readonly clock: Clock;
}

/** Runs a case. */
export async function runAtKeyManager(
  options: DeployedKeyManagerOptions,
  test: KeyManagerCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { keyManager, key, credential, connector, accounts, patience, clock } = options;
  const transcript = makeTranscript(() => clock.now());
  await using sessions = new AsyncDisposableStack();
  const taken: Account[] = [];
  await test.run({
    clock,
    patience,
    keyManager,
    key,
    credential,
    peer: async () => {
      const account = accounts.take(taken);
      taken.push(account);
      return sessions.use(await connector.peer(account, transcript));
    },
  });
}
