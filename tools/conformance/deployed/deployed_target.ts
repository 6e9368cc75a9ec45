/**
 * What is tested on a real server: a manager, an agent, a room, or several of them.
 *
 * @module
 */
import type { ConformanceCase, Side } from "../case.ts";
import type { Lane, Target } from "../target.ts";
import { CaseSkipped } from "../verdict.ts";
import type { DeployedAgent } from "./deployed_agent.ts";
import type { DeployedManager } from "./deployed_manager.ts";
import { type DeployedRoomOptions, runInDeployedRoom } from "./deployed_room.ts";

/** What there is. */
export interface DeployedParts {
  readonly title: string;
  readonly implementation: string;
  readonly manager?: DeployedManager | undefined;
  readonly agent?: DeployedAgent | undefined;
  readonly room?: DeployedRoomOptions | undefined;
  /** True: cases that wait longer than 30 s are run. */
  readonly slow: boolean;
  /** Sessions, servers and folders that go with the target. */
  readonly resources: AsyncDisposable;
}

/** Cases that only talk can run side by side. */
const MOST_TALKS = 8;
const ALONE: Readonly<Record<string, Lane>> = {
  queue: { name: "queue", limit: 1 },
  agent: { name: "agent", limit: 1 },
  heartbeat: { name: "heartbeat", limit: 1 },
};
const TALK: Lane = { name: "talk", limit: MOST_TALKS };

/**
 * Makes a target.
 *
 * @param parts What there is.
 */
export function deployedTarget(parts: DeployedParts): Target {
  const { title, implementation, manager, agent, room } = parts;
  const sides = new Set<Side>();
  if (manager !== undefined) sides.add("manager");
  if (agent !== undefined) sides.add("agent");
  if (room !== undefined) sides.add("heartbeat");
  return {
    title,
    implementation,
    sides,
    skipReason: (test) => {
      if (test.slow === true && !parts.slow) return "It waits longer than 30 s: --slow";
      return test.against === "manager" ? manager?.skipReason(test) : undefined;
    },
    lane: laneOf,
    leftovers: () => [...manager?.leftovers ?? [], ...agent?.leftovers ?? []],
    run: async (test, makeTranscript) => {
      if (test.against === "manager") await manager?.run(test, makeTranscript);
      else if (test.against === "agent") await agent?.run(test, makeTranscript);
      else if (room !== undefined) await runInDeployedRoom(room, test, makeTranscript);
      if (!sides.has(test.against)) throw new CaseSkipped(`There is no ${test.against} here`);
    },
    [Symbol.asyncDispose]: () => parts.resources[Symbol.asyncDispose](),
  };
}

/** Queue, folders, cooldown, agent and room are shared: one case at a time. */
function laneOf(test: ConformanceCase): Lane {
  if (test.against !== "manager") return ALONE[test.against] ?? TALK;
  const shares = (test.needs ?? []).length > 0 || test.setup !== undefined;
  return shares && ALONE["queue"] !== undefined ? ALONE["queue"] : TALK;
}
