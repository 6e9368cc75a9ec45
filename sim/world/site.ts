/**
 * The servers of a world and everything that its processes share.
 *
 * @module
 */
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { Broker } from "../xmpp/mod.ts";
import { NO_DISK, WorldDisk } from "./disk.ts";
import { Fate } from "./fate.ts";
import { type Faults, PROFILES } from "./faults.ts";
import { FileServer } from "./file_server.ts";
import { drawHabits, type Habits, PLAIN_HABITS } from "./habits.ts";
import { Life, type Skew } from "./life.ts";
import { Network } from "./network.ts";
import type { WorldOptions } from "./options.ts";
import { QueueServer } from "./queue_server.ts";
import { Referee } from "./referee.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** Domain of the XMPP server. */
export const DOMAIN = "world";
/** Name of the managers' account. */
export const MANAGER_USER = "jobmanager";
/** Bare JID of all managers. */
export const MANAGER = `${MANAGER_USER}@${DOMAIN}`;
/** Name of the account of managers that only take output in. */
export const STORAGE_USER = "storagemanager";
/** Bare JID of those. */
export const STORAGE_MANAGER = `${STORAGE_USER}@${DOMAIN}`;
const ROOMS = `conference.${DOMAIN}`;
/** Address of the file server. */
export const CHIRP = "chirp.world:9094";

/** Options that are given or not; the others have a plain default. */
type Optional =
  | "onTrace"
  | "defect"
  | "model"
  | "arrivalMs"
  | "watchLink"
  | "retentionSeconds"
  | "progress"
  | "signal";

type Plain = {
  readonly [Key in keyof Omit<WorldOptions, Optional | "only" | "faults">]-?: Exclude<
    WorldOptions[Key],
    undefined
  >;
};

const DEFAULTS: Plain = {
  seed: 1,
  profile: "calm",
  agents: 10,
  managers: 2,
  jobs: 50,
  arrivalHours: 0,
  hours: 6,
  jobSeconds: 600,
  jobFailures: 0.05,
  maxAttempts: 50,
  leaseSeconds: 86_400,
  silenceSeconds: 600,
  leases: "on",
  files: true,
  habits: "plain",
  xml: false,
};

/** What a world runs with. */
export type Settings = Plain & Pick<WorldOptions, Optional> & {
  readonly faults: Faults;
  readonly only: ReadonlySet<string> | undefined;
};

/**
 * Fills in the defaults.
 *
 * @param options What was given.
 * @returns All settings.
 */
export function settingsOf(options: WorldOptions): Settings {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const profile = options.profile ?? DEFAULTS.profile;
  return {
    ...DEFAULTS,
    ...given,
    faults: { ...PROFILES[profile], ...options.faults },
    only: options.only === undefined ? undefined : new Set(options.only),
  };
}

/** True for managers that only take output in, where the work is split: those with an even number. */
export function isStorageManager(process: string): boolean {
  return Number(/\d+/.exec(process)?.[0]) % 2 === 0;
}

/** The servers, the network between, and who watches over them. */
export class Site implements Disposable {
  readonly settings: Settings;
  readonly clock = new VirtualClock();
  readonly startMs: number;
  readonly fate: Fate;
  readonly habits: Habits;
  readonly broker: Broker;
  readonly queue: QueueServer;
  /** The queue without anything that fails, for the world itself. */
  readonly store: RedisJobStore;
  readonly network: Network;
  readonly referee: Referee;
  /** The managers' folders; without files both keep nothing. */
  readonly chirp: WorldDisk;
  readonly done: WorldDisk;
  readonly fileServer: FileServer;
  /** All processes that live. */
  readonly lives = new Set<Life>();

  /** @param settings See {@linkcode settingsOf}. */
  constructor(settings: Settings) {
    this.settings = settings;
    const { clock } = this;
    const { seed, faults, only } = settings;
    this.startMs = clock.now();
    this.fate = new Fate(seed, only);
    this.habits = settings.habits === "plain"
      ? PLAIN_HABITS
      : drawHabits(this.fate.dice("habits"), settings.managers, ROOMS);
    this.broker = new Broker({
      domain: DOMAIN,
      mucDomain: ROOMS,
      passes: this.habits.emptiesMessages ? "known" : "everything",
      autoRegister: true,
      presence: "self",
      clock,
      random: this.fate.random("broker"),
    });
    this.queue = new QueueServer({ clock, random: this.fate.random("redis"), faults });
    this.store = this.openStore(this.queue.calls);
    this.chirp = new WorldDisk({ root: "/chirp", clock });
    this.done = new WorldDisk({ root: "/done", clock });
    this.fileServer = new FileServer(this.chirp, faults);
    this.referee = new Referee({
      clock,
      store: this.queue.store,
      leases: settings.leases === "on",
      retentionMs: 1000 * (settings.retentionSeconds ?? Infinity),
      redirects: (process) => this.habits.isSplit && !isStorageManager(process),
      isDelivered: (directory) => this.fileServer.delivered.has(directory),
      onTrace: settings.onTrace,
    });
    this.network = new Network({ clock, faults, watcher: this.referee });
  }

  /** Virtual time since the beginning, in milliseconds. */
  get passedMs(): number {
    return this.clock.now() - this.startMs;
  }

  /** The job store on a connection. */
  openStore(calls: RedisCalls): RedisJobStore {
    return new RedisJobStore(calls, { leases: this.settings.leases === "on" });
  }

  /** Begins a process's life. */
  begin(name: string, skew: Skew): Life {
    const life = new Life(name, this.clock, skew);
    this.lives.add(life);
    life.onDeath(() => this.lives.delete(life));
    return life;
  }

  /** The folder of a role, or none in a world without files. */
  folder(disk: WorldDisk): Workspace {
    return this.settings.files ? disk : NO_DISK;
  }

  [Symbol.dispose](): void {
    this.referee[Symbol.dispose]();
    this.queue[Symbol.dispose]();
  }
}
