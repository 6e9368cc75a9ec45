/**
 * What may go wrong in a world, and how often: one options object, and five named settings of it.
 *
 * @module
 */

/** Every fault of a world. Shares are from 0 to 1, rates per day of virtual time, lengths in milliseconds. */
export interface Faults {
  /** Time that a stanza is on its way, drawn once for each session, at most. */
  readonly latencyMs: number;
  /** Share of stanzas that are lost. */
  readonly lost: number;
  /** Share that arrive twice, the second time late. */
  readonly doubled: number;
  /** Share that arrive late, so that others overtake them. */
  readonly late: number;
  /** Longest such delay. */
  readonly lateMs: number;
  /** Partitions a day: some processes are cut off without noticing. */
  readonly partitions: number;
  /** Share of the processes that a partition cuts off. */
  readonly partitionShare: number;
  /** Longest partition. */
  readonly partitionMs: number;
  /** Restarts of the XMPP server a day. */
  readonly serverRestarts: number;
  /** Longest time that it is down. */
  readonly serverDownMs: number;
  /**
   * Share of its restarts after which sessions are resumed (XEP-0198): every process sees its connection break
   * and its session go on, stanzas wait, none is lost.
   */
  readonly resumed: number;
  /** Time that Redis takes to answer, at most. */
  readonly redisLatencyMs: number;
  /** Share of calls of Redis that are lost on their way. */
  readonly redisCallsLost: number;
  /** Share of calls that take effect though their answer is lost. */
  readonly redisAnswersLost: number;
  /** Restarts of Redis a day. */
  readonly redisRestarts: number;
  /** Longest time that it is down. */
  readonly redisDownMs: number;
  /** Redis forces its log to the disk so often: a restart may lose what came since. 0: it loses nothing. */
  readonly fsyncWindowMs: number;
  /** Share of transfers that the file server refuses. */
  readonly transfersRefused: number;
  /** Share that break off halfway. */
  readonly transfersTruncated: number;
  /** Share that take effect though their answer is lost. */
  readonly transferAnswersLost: number;
  /** Share of uploads that the server's own crash cuts off: a part of the file stays. */
  readonly uploadsTorn: number;
  /** Share of uploads for which the disk is full. */
  readonly diskFull: number;
  /** Share of transfers that are slow. */
  readonly transfersSlow: number;
  /** Longest time that a slow transfer takes. */
  readonly slowMs: number;
  /** Times a day that the file server is down. */
  readonly fileServerOutages: number;
  /** Longest time that it is down. */
  readonly fileServerDownMs: number;
  /** Mean life of an agent's process; Infinity: it never dies. */
  readonly agentLifeMs: number;
  /** Longest time until another process is there in its stead. */
  readonly agentBackMs: number;
  /** Share of those that come back under the same JID. */
  readonly sameIdentity: number;
  /** Share of dying agents whose sessions the server notices to be gone only after a quarter of an hour. */
  readonly ghosts: number;
  /** Mean time between times that an agent hangs; Infinity: it never does. */
  readonly agentHangsMs: number;
  /** Longest time that it hangs. */
  readonly hangMs: number;
  /** Share of agents that lie. */
  readonly liars: number;
  /** Mean number of effects that a manager lives; Infinity: it never dies. */
  readonly managerSteps: number;
  /** Longest time until it is started anew. */
  readonly managerBackMs: number;
  /** Largest difference of a process's clock. */
  readonly skewMs: number;
  /** Largest deviation of its rate, as a share. */
  readonly drift: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Nothing goes wrong: every process lives, every stanza arrives at once. */
export const CALM: Faults = {
  latencyMs: 0,
  lost: 0,
  doubled: 0,
  late: 0,
  lateMs: 0,
  partitions: 0,
  partitionShare: 0,
  partitionMs: 0,
  serverRestarts: 0,
  serverDownMs: 0,
  resumed: 0,
  redisLatencyMs: 0,
  redisCallsLost: 0,
  redisAnswersLost: 0,
  redisRestarts: 0,
  redisDownMs: 0,
  fsyncWindowMs: 0,
  transfersRefused: 0,
  transfersTruncated: 0,
  transferAnswersLost: 0,
  uploadsTorn: 0,
  diskFull: 0,
  transfersSlow: 0,
  slowMs: 0,
  fileServerOutages: 0,
  fileServerDownMs: 0,
  agentLifeMs: Infinity,
  agentBackMs: 0,
  sameIdentity: 0,
  ghosts: 0,
  agentHangsMs: Infinity,
  hangMs: 0,
  liars: 0,
  managerSteps: Infinity,
  managerBackMs: 0,
  skewMs: 0,
  drift: 0,
};

/** Volunteers' machines on home networks: they come and go, the servers are well kept. */
const VOLUNTEER: Faults = {
  ...CALM,
  latencyMs: 200,
  lost: 0.0005,
  doubled: 0.0002,
  late: 0.001,
  lateMs: 20_000,
  serverRestarts: 0.5,
  serverDownMs: MINUTE_MS,
  transfersSlow: 0.01,
  slowMs: 5 * MINUTE_MS,
  transfersTruncated: 0.002,
  agentLifeMs: 12 * HOUR_MS,
  agentBackMs: 2 * HOUR_MS,
  sameIdentity: 0.5,
  ghosts: 0.5,
  skewMs: 10 * MINUTE_MS,
  drift: 1e-4,
};

/** Everything fails often, in good faith. */
const STORMY: Faults = {
  latencyMs: 500,
  lost: 0.08,
  doubled: 0.08,
  late: 0.15,
  lateMs: 3 * MINUTE_MS,
  partitions: 12,
  partitionShare: 0.4,
  partitionMs: 20 * MINUTE_MS,
  serverRestarts: 12,
  serverDownMs: 10 * MINUTE_MS,
  resumed: 0.5,
  redisLatencyMs: 200,
  redisCallsLost: 0.01,
  redisAnswersLost: 0.01,
  redisRestarts: 12,
  redisDownMs: 10 * MINUTE_MS,
  fsyncWindowMs: 0,
  transfersRefused: 0.02,
  transfersTruncated: 0.05,
  transferAnswersLost: 0.05,
  uploadsTorn: 0.03,
  diskFull: 0.03,
  transfersSlow: 0.1,
  slowMs: 5 * MINUTE_MS,
  fileServerOutages: 12,
  fileServerDownMs: 10 * MINUTE_MS,
  agentLifeMs: 90 * MINUTE_MS,
  agentBackMs: 20 * MINUTE_MS,
  sameIdentity: 0.5,
  ghosts: 0.3,
  agentHangsMs: 2 * HOUR_MS,
  hangMs: 30 * MINUTE_MS,
  liars: 0,
  managerSteps: 400,
  managerBackMs: 10 * MINUTE_MS,
  skewMs: 10 * MINUTE_MS,
  drift: 1e-3,
};

/** Named settings, from fair weather to foul. */
export const PROFILES = {
  calm: CALM,
  volunteer: VOLUNTEER,
  stormy: STORMY,
  /** A storm in which a third of the agents lie. */
  hostile: { ...STORMY, liars: 0.34 },
  /** A storm in which Redis loses its last second whenever it restarts. */
  powerloss: { ...STORMY, fsyncWindowMs: 1000, redisRestarts: 36 },
} as const satisfies Readonly<Record<string, Faults>>;

/** Name of a setting. */
export type ProfileName = keyof typeof PROFILES;

/** All names. */
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
