/**
 * Sessions of jobs' processes: who is in one, how to end it, and how much CPU time its program took.
 *
 * A program's CPU time is known for sure only after it ended: then the system adds it, and that of all
 * children it had waited for, to the account of its parent, this process (`cutime` in `/proc/PID/stat`).
 * The growth of the account between two readings belongs to the runs that ended in between: mostly
 * one, which gets an exact time; several share it by their wall times. What was left in the session
 * in the end is added from the leftovers' own accounts. Precision: about 0.02 s. Not counted is what
 * children took that ended before and were waited for by nobody of the job.
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

/** A run whose program has ended, waiting for its account. */
interface EndedRun {
  readonly leaderPid: number;
  readonly wallSeconds: number;
  readonly settle: (userSeconds: number | undefined, leftovers: readonly ProcessStat[]) => void;
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
function membersOf(table: readonly ProcessStat[], leaderPid: number): ProcessStat[] {
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
  #open = 0;
  #accountTicks = 0;
  #ended: EndedRun[] = [];
  #reading = false;

  /** Begins an account; to be called before a session's leader is started. */
  async open(): Promise<void> {
    // What other children took before the first run is not that run's.
    if (this.#open++ === 0) this.#takeGrowth(await readTable() ?? []);
  }

  /** Ends an account whose session's leader could not be started. */
  abandon(): void {
    this.#open--;
  }

  /**
   * Ends an account, and with it all that is left of the session.
   *
   * @param leaderPid Process number of the leader, which has ended.
   * @param wallSeconds How long it ran.
   * @returns User CPU time in seconds; `undefined` where it cannot be known.
   */
  async close(leaderPid: number, wallSeconds: number): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<[number | undefined, ProcessStat[]]>();
    const settle: EndedRun["settle"] = (userSeconds, leftovers) =>
      resolve([userSeconds, [...leftovers]]);
    this.#ended.push({ leaderPid, wallSeconds, settle });
    if (!this.#reading) await this.#settleAll();
    const [userSeconds, leftovers] = await promise;
    if (leftovers.length > 0 || userSeconds === undefined) await this.#end(leaderPid, leftovers);
    this.#open--;
    return userSeconds;
  }

  /** Reads the table once for all runs that ended since the last reading, until there are none. */
  async #settleAll(): Promise<void> {
    this.#reading = true;
    while (this.#ended.length > 0) {
      const runs = this.#ended;
      this.#ended = [];
      const table = await readTable();
      if (table === undefined) {
        for (const run of runs) run.settle(undefined, []);
        continue;
      }
      const growthTicks = this.#takeGrowth(table);
      const wallSeconds = runs.reduce((sum, run) => sum + run.wallSeconds, 0);
      for (const run of runs) {
        const share = wallSeconds > 0 ? run.wallSeconds / wallSeconds : 1 / runs.length;
        const members = membersOf(table, run.leaderPid);
        const ticks = members.reduce(
          (sum, member) => sum + member.userTicks + member.childUserTicks,
          growthTicks * share,
        );
        run.settle(ticks / TICKS_PER_SECOND, members);
      }
    }
    this.#reading = false;
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
