/**
 * The first half of a job's dialogue (report 2.2.1): ask managers for a job until one gives it.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { CommandName } from "../../lib/protocol/commands.ts";
import { type Random, randomFraction } from "../../lib/random.ts";
import type { Letter } from "./mailbox.ts";
import type { AgentTimes } from "./options.ts";

/** What the search needs. */
export interface SearchTools {
  /** Sends `want_getJob`. */
  ask(): Promise<void>;
  /** Sends `getJob` to the manager that offers. */
  take(manager: string): Promise<void>;
  /** Waits for one of some commands; `undefined` when none came in time. */
  listen<Name extends CommandName>(
    wanted: readonly Name[],
    waitMs: number,
  ): Promise<Letter<Name> | undefined>;
  /** True where a file that a manager requires is on this machine. */
  has(file: string): Promise<boolean>;
  readonly times: AgentTimes;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Asks, at growing intervals, until there is a job.
 *
 * @param tools What is used; `listen` ends the search early by rejecting.
 * @returns The job.
 */
export async function findJob(tools: SearchTools): Promise<Letter<"runJob">> {
  const { times } = tools;
  let intervalMs = times.requestMs;
  for (;;) {
    await tools.ask();
    const found = await awaitJob(intervalMs, tools);
    if (found === "promised") continue;
    if (found !== undefined) return found;
    intervalMs = Math.min(times.longestRequestMs, intervalMs * 2);
  }
}

/**
 * Takes the first offer that suits, as long as the interval lasts. What one manager answers shuts no
 * other out: several may hear the request, and who sends the agent to sleep need not be who has a job.
 *
 * @returns The job; `"promised"` where it was offered and then did not come.
 */
async function awaitJob(
  intervalMs: number,
  { take, listen, has, times, log, clock, random }: SearchTools,
): Promise<Letter<"runJob"> | "promised" | undefined> {
  let endMs = clock.now() + intervalMs;
  for (;;) {
    const leftMs = Math.max(0, endMs - clock.now());
    const letter = await listen(["have_getJob", "runJob", "sleep", "error"], leftMs);
    if (letter === undefined) return undefined;
    const { command, from } = letter;
    if (command.command === "runJob") return { command, from };
    if (command.command === "sleep") {
      const sleepMs = Math.floor(randomFraction(random) * times.sleepMs);
      endMs = Math.max(endMs, clock.now() + sleepMs);
      log.info(`Was asked to sleep: asking again in ${Math.ceil((endMs - clock.now()) / 1000)} s`);
    } else if (command.command === "error") {
      log.error(`${from} answers: ${command.errorString}`);
    } else if (command.requireFile !== undefined && !await has(command.requireFile)) {
      log.info(`The required file ${command.requireFile} is not here: not taking the job`);
    } else {
      await take(from);
      return await listen(["runJob"], times.runJobMs) ?? "promised";
    }
  }
}
