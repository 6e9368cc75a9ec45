/**
 * Key pairs that the suite makes for roles of ours, once in a run.
 *
 * @module
 */
import { systemRandom } from "../../lib/random.ts";
import { generateRsaKey, type RsaPrivateKey, SHORTEST_RSA_BITS } from "../../lib/secure/rsa_key.ts";
import { generateX25519Key, type X25519PrivateKey } from "../../lib/secure/x25519.ts";

/** Who has which key. */
export interface SuiteKeys {
  /** For the original's secure mode. */
  readonly manager: RsaPrivateKey;
  readonly keyManager: RsaPrivateKey;
  /** For the sealed mode: of the tested component, and of the suite. */
  readonly sealedTested: X25519PrivateKey;
  readonly sealedOwn: X25519PrivateKey;
}

let made: SuiteKeys | undefined;

/** Makes the keys at the first call. RSA keys are of the original's default length, for speed. */
export function suiteKeys(): SuiteKeys {
  return made ??= {
    manager: generateRsaKey(SHORTEST_RSA_BITS),
    keyManager: generateRsaKey(SHORTEST_RSA_BITS),
    sealedTested: generateX25519Key(systemRandom),
    sealedOwn: generateX25519Key(systemRandom),
  };
}
