/**
 * What a case finds when it is run: the side under test, and the means to play the other one. Targets
 * make stages; cases know nothing of how.
 *
 * @module
 */
import type { Document } from "mongodb";
import type { Clock } from "../../lib/clock.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import type { JobDescription } from "../../lib/protocol/job.ts";
import type { RsaPrivateKey, RsaPublicKey } from "../../lib/secure/rsa_key.ts";
import type { X25519PrivateKey, X25519PublicKey } from "../../lib/secure/x25519.ts";
import type { CarbonEar } from "./carbon_ear.ts";
import type { Heard, Patience, Peer } from "./peer.ts";
import type { TicketOffice } from "./ticket_office.ts";

/** What every stage has. */
export interface StageBase {
  readonly clock: Clock;
  readonly patience: Patience;
}

/** A job that the suite has put into the manager's queue. */
export interface WaitingJob extends JobDescription {
  readonly id: string;
}

/** The manager's queue and folders, where the suite may use them. It cleans up after itself. */
export interface JobBench {
  /** Name of the list of waiting jobs. */
  readonly queue: string;
  readonly redis: RedisCalls;
  /** The folder that the manager shares with its Chirp server. */
  readonly chirp: Workspace;
  /** The folder of finished jobs; `undefined` where it is not known. */
  readonly done: Workspace | undefined;
  /** Puts a job into the queue, byte for byte as the original's submit tool does. */
  submit(job?: Partial<WaitingJob>): Promise<WaitingJob>;
  /** Ids that wait. */
  waiting(): Promise<string[]>;
  /** Makes the clean-up remove what a job of that id leaves. */
  own(id: string): void;
}

/** Keys of a manager in the original's secure mode. */
export interface SecureManagerKeys {
  /** The manager's. */
  readonly manager: RsaPublicKey;
  /** That of the key manager whose tickets it takes: the suite signs with it. */
  readonly keyManager: RsaPrivateKey;
}

/** Keys of a component in sealed mode. */
export interface SealedKeys {
  /** That of the suite, under all its accounts. */
  readonly own: X25519PrivateKey;
  /** The tested component's. */
  readonly tested: X25519PublicKey;
}

/** A manager under test. */
export interface ManagerStage extends StageBase {
  /** Its bare JID. */
  readonly manager: string;
  /** Brings a session of the suite online, each on an account of its own. */
  peer(): Promise<Peer>;
  /** Brings another session of a peer's account online. */
  sibling(peer: Peer): Promise<Peer>;
  /** Queue and folders. Only for cases that need `jobs`. */
  readonly jobs: JobBench;
  /** The Chirp folder. Only for cases that need `chirp` or `jobs`. */
  readonly chirp: Workspace;
  /** The file that the manager requires; only with that setup. */
  readonly requireFile: string;
  /** The manager's cooldown; only with that setup. */
  readonly cooldownSeconds: number;
  /** Only with the setup `secure`. */
  readonly secure: SecureManagerKeys;
  /** Only with the setup `sealed`. */
  readonly sealed: SealedKeys;
}

/** What stands opposite an agent in the original's secure mode. */
export interface SecureAgentSide {
  /** Key of the manager that it asks. */
  readonly manager: RsaPrivateKey;
  /** Its key manager, played by the suite. */
  readonly office: TicketOffice;
}

/** An agent under test. */
export interface AgentStage extends StageBase {
  /** The manager that it asks, played by the suite; with a setup it speaks as that wants it. */
  readonly manager: Peer;
  /** Waits until the agent has asked for a job; its open request. */
  request(): Promise<Heard>;
  /** Brings another session of the manager's account online. */
  sibling(): Promise<Peer>;
  /** Brings somebody online to whom the agent is going to be referred. */
  referral(): Promise<Peer>;
  /** Brings somebody online who is no manager of the agent's, and to whom it was never referred. */
  stranger(): Promise<Peer>;
  /** Folder of the Chirp server that jobs are given from. */
  readonly chirp: Workspace;
  /** Its address as the agent reaches it. */
  readonly chirpAddress: string;
  /** Remembers a directory of the folder that the case or the agent makes, for the clean-up. */
  willMake(directory: string): void;
  /** Only with the setup `secure`. */
  readonly secure: SecureAgentSide;
  /** Only with the setup `sealed`. */
  readonly sealed: SealedKeys;
}

/** A key manager under test. */
export interface KeyManagerStage extends StageBase {
  /** Its bare JID. */
  readonly keyManager: string;
  readonly key: RsaPublicKey;
  /** What it wants to be shown; `undefined`: it gives tickets to everybody. */
  readonly credential: string | undefined;
  /** Brings a session of the suite online, each on an account of its own. */
  peer(): Promise<Peer>;
}

/** A monitor under test. */
export interface MonitorStage extends StageBase {
  /** Its bare JID. */
  readonly monitor: string;
  /** Whoever reports. */
  readonly peer: Peer;
  /** A component that nobody else reports for. */
  readonly component: string;
  /** An agent's UUID that nobody else has. */
  readonly uuid: string;
  /** That agent's name in documents; they are removed after the case. */
  readonly user: string;
  /** What the monitor sends to Carbon. Only for cases that need `carbon`. */
  readonly carbon: CarbonEar;
  /** Reports as components do: without acknowledgement. */
  say(attributes: Readonly<Record<string, string>>): void;
  /** A number that this case has not had. */
  next(): number;
  /** Documents of the agent, oldest first. Only for cases that need `mongodb`. */
  documents(): Promise<readonly Document[]>;
}

/** The components of a Heartbeat room under test. */
export interface HeartbeatStage extends StageBase {
  /** Bare JID of the room. */
  readonly room: string;
  /** The suite's session, in the room. */
  readonly tool: Peer;
  /** Nicks of the components. */
  readonly nicks: readonly string[];
  /** Full JID of one of them, where it is known. */
  readonly component: string | undefined;
}
