/**
 * Sessions of jobs' processes: who is in one, how to end it, and how much CPU time its program took.
 *
 * A program's CPU time is known for sure only after it ended: then the system adds it, and that of all
 * children it had waited for, to the account of its parent, this process (`cutime` in `/proc/PID/stat`).
 * The growth of the account between two readings belongs to the runs whose programs ended in between:
 * mostly one, which gets an exact time; several share it by their wall times. What was left in the
 * session in the end is added from the leftovers' own accounts. Precision: about 0.02 s. Not counted is
 * what children took that ended before and were waited for by nobody of the job.
 *
 * The account is one per process, whatever number of runners it has, hence the module's one
 * {@linkcode processSessions}.
 *
 * @module
 */

import { parseProcessStats, type ProcessStat, TICKS_PER_SECOND } from "./proc.ts";
import { shell } from "./shell.ts";

/** All processes; those that end meanwhile are left out. */
const TABLE_SCRIPT = "cat /proc/[0-9]*/stat 2>/dev/null; :";

/** Rounds of killing, for programs that start others faster than they are found. */
const KILL_ROUNDS = 20;

/** The account of one run. */
export class SessionAccount {
  /** Process number of the program, which leads the session; set once it is started. */
  leaderPid: number | undefined;
  /** Its share of the growth, once its leader is gone; that may be before its end is known here. */
  creditTicks: number | undefined;

  /**
   * Makes an account without a leader.
   *
   * @param wallSeconds Tells how long the run has lasted.
   */
  constructor(readonly wallSeconds: () => number) {}
}

/** An account whose program has ended. */
interface EndedRun {
  readonly account: SessionAccount;
  readonly settle: (userTicks: number | undefined, leftovers: ProcessStat[]) => void;
}

/** Reads the table of processes; `undefined` where that is impossible. */
async function readTable(): Promise<ProcessStat[] | undefined> {
  try {
    return parseProcessStats(await shell(TABLE_SCRIPT));
  } catch {
    // Perhaps the job used up all process numbers. Accounts are lost then, but no run must be.
    return undefined;
  }
}

/** Processes of a session that still live. */
function membersOf(table: readonly ProcessStat[], leaderPid: number | undefined): ProcessStat[] {
  return table.filter(({ sessionId, groupId, state }) =>
    (sessionId === leaderPid || groupId === leaderPid) && state !== "Z" && state !== "X"
  );
}

/** Sends a signal to processes and, as negative numbers, groups; those that are gone don't matter. */
async function send(signal: "TERM" | "KILL", targets: readonly number[]): Promise<void> {
  try {
    for (const target of targets) {
      try {
        Deno.kill(target, `SIG${signal}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotCapable) throw error;
      }
    }
  } catch {
    const script = 'signal=$1; shift; for target; do kill -s "$signal" -- "$target"; done; :';
    await shell(script, signal, ...targets.map(String)).catch(() => {});
  }
}

/**
 * Asks the group of a session's leader to end, or ends it.
 *
 * @param leaderPid Process number of the leader, which still lives.
 * @param signal `TERM` to ask, `KILL` to end.
 */
export async function signalGroup(leaderPid: number, signal: "TERM" | "KILL"): Promise<void> {
  await send(signal, [-leaderPid]);
}

/** Accounts of this process' children, by the sessions that they lead. */
class ProcessSessions {
  readonly #open = new Set<SessionAccount>();
  #accountTicks = 0;
  #ended: EndedRun[] = [];
  #reading = false;

  /**
   * Opens an account; to be called before a session's leader is started.
   *
   * @param wallSeconds Tells how long the run has lasted.
   * @returns The account, for the leader's number to be entered.
   */
  async open(wallSeconds: () => number): Promise<SessionAccount> {
    const account = new SessionAccount(wallSeconds);
    this.#open.add(account);
    // What other children took before the first run is not that run's.
    if (this.#open.size === 1) this.#takeGrowth(await readTable() ?? []);
    return account;
  }

  /** Drops an account whose session's leader could not be started. */
  abandon(account: SessionAccount): void {
    this.#open.delete(account);
  }

  /**
   * Closes an account whose leader has ended, and ends all that is left of its session.
   *
   * @param account The account.
   * @returns User CPU time in seconds; `undefined` where it cannot be known.
   */
  async close(account: SessionAccount): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<[number | undefined, ProcessStat[]]>();
    this.#ended.push({ account, settle: (ticks, leftovers) => resolve([ticks, leftovers]) });
    if (!this.#reading) await this.#settleAll();
    const [userTicks, leftovers] = await promise;
    const { leaderPid } = account;
    if (leaderPid !== undefined && (leftovers.length > 0 || userTicks === undefined)) {
      await this.#end(leaderPid, leftovers);
    }
    return userTicks === undefined ? undefined : userTicks / TICKS_PER_SECOND;
  }

  /** Reads the table once for all runs that ended since the last reading, until there are none. */
  async #settleAll(): Promise<void> {
    this.#reading = true;
    while (this.#ended.length > 0) {
      const runs = this.#ended;
      this.#ended = [];
      const table = await readTable();
      if (table !== undefined) this.#credit(table);
      for (const { account, settle } of runs) {
        this.#open.delete(account);
        const members = membersOf(table ?? [], account.leaderPid);
        const leftTicks = members.map((member) => member.userTicks + member.childUserTicks);
        const ticks = leftTicks.reduce((sum, each) => sum + each, account.creditTicks ?? 0);
        settle(table === undefined ? undefined : ticks, members);
      }
    }
    this.#reading = false;
  }

  /** Shares the growth of this process' account among the runs whose leaders are gone. */
  #credit(table: readonly ProcessStat[]): void {
    const alive = new Set(table.map(({ pid }) => pid));
    const gone = [...this.#open].filter(({ leaderPid, creditTicks }) =>
      leaderPid !== undefined && !alive.has(leaderPid) && creditTicks === undefined
    );
    if (gone.length === 0) return;
    const growthTicks = this.#takeGrowth(table);
    const weights = gone.map((account) => account.wallSeconds());
    const weight = weights.reduce((sum, each) => sum + each, 0);
    gone.forEach((account, index) => {
      const share = weight > 0 ? (weights[index] ?? 0) / weight : 1 / gone.length;
      account.creditTicks = growthTicks * share;
    });
  }

  /** Takes what this process' account of ended children grew by since the last call, in ticks. */
  #takeGrowth(table: readonly ProcessStat[]): number {
    const own = table.find(({ pid }) => pid === Deno.pid);
    if (own === undefined) return 0;
    const growthTicks = own.childUserTicks - this.#accountTicks;
    this.#accountTicks = own.childUserTicks;
    return growthTicks;
  }

  /** Kills a session until nobody is left. */
  async #end(leaderPid: number, leftovers: readonly ProcessStat[]): Promise<void> {
    let members = leftovers;
    for (let round = 0; round < KILL_ROUNDS; round++) {
      await send("KILL", [-leaderPid, ...members.map(({ pid }) => pid)]);
      const table = await readTable();
      members = table === undefined ? [] : membersOf(table, leaderPid);
      if (table !== undefined && members.length === 0) return;
    }
  }
}

/** The accounts of this process. */
export const processSessions = new ProcessSessions();
