/**
 * How sessions of the suite speak to a component, by the component's setup.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import type { RsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { SealedSpeaker } from "../protection/sealed_speaker.ts";
import { SecureAnswerer } from "../protection/secure_answerer.ts";
import type { Setup } from "./case.ts";
import type { Peer } from "./peer.ts";
import type { SealedKeys } from "./stage.ts";
import { TicketOffice } from "./ticket_office.ts";

/** What {@linkcode speakAsSetup} needs. */
export interface SpeechOptions {
  /** JID of the component. */
  readonly tested: string;
  /** The key of the manager that the suite plays; with the setup `secure`. */
  readonly key: RsaPrivateKey | undefined;
  /** With the setup `sealed`. */
  readonly sealed: SealedKeys | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** Gives a session the protection that the setup of the other end wants. */
export function speakAsSetup(peer: Peer, setup: Setup, options: SpeechOptions): void {
  const { tested: to, key, sealed, clock, random } = options;
  if (setup === "secure" && key !== undefined) peer.protection = new SecureAnswerer(key, random);
  if (setup === "sealed" && sealed !== undefined) {
    const { own, tested } = sealed;
    const { jid } = peer;
    peer.protection = new SealedSpeaker({ jid, own, to, key: tested, clock, random });
  }
}

/** Makes a session the key manager. */
export function openOffice(peer: Peer, key: RsaPrivateKey, random: Random): TicketOffice {
  peer.protection = new SecureAnswerer(key, random);
  return new TicketOffice(peer, key);
}
