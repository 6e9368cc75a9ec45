/**
 * What is tested on a real server: a manager, an agent, a room, or several of them.
 *
 * @module
 */
import type { ConformanceCase, Setup, Side } from "../case.ts";
import type { Lane, Target } from "../target.ts";
import { CaseSkipped } from "../verdict.ts";
import { DeployedAgent } from "./deployed_agent.ts";
import { type DeployedKeyManagerOptions, runAtKeyManager } from "./deployed_key_manager.ts";
import type { DeployedManager } from "./deployed_manager.ts";
import {
  type DeployedMonitorOptions,
  monitorSkipReason,
  runAtMonitor,
} from "./deployed_monitor.ts";
import { type DeployedRoomOptions, runInDeployedRoom } from "./deployed_room.ts";

/** What there is. */
export interface DeployedParts {
  readonly title: string;
  readonly implementation: string;
  readonly manager?: DeployedManager | undefined;
  /** Agents by how they are configured; none: no agent is tested. */
  readonly agents?: ReadonlyMap<Setup, DeployedAgent> | undefined;
  readonly room?: DeployedRoomOptions | undefined;
  readonly keyManager?: DeployedKeyManagerOptions | undefined;
  readonly monitor?: DeployedMonitorOptions | undefined;
  /** True: cases that wait longer than 30 s are run. */
  readonly slow: boolean;
  /** Sessions, servers and folders that go with the target. */
  readonly resources: AsyncDisposable;
}

/** Cases that only talk can run side by side. */
const TALK: Lane = { name: "talk", limit: 8 };
const QUEUE: Lane = { name: "queue", limit: 1 };
const MONITOR: Lane = { name: "monitor", limit: 8 };
const ROOM: Lane = { name: "heartbeat", limit: 1 };
/** Setups in which a case asks for nothing that another case could take away. */
const PRIVATE_SETUPS: ReadonlySet<Setup> = new Set(["secure", "sealed"]);

/** Why a case with a setup cannot be run with the agents there are, and what would help. */
const NO_AGENT: Readonly<Partial<Record<Setup, string>>> = {
  secure: "It needs an agent in secure mode: --ticket-issuer JID, and --key JID=FILE of both",
  sealed: "It needs an agent in sealed mode: --sealed-key FILE and --sealed-peers FILE",
};

/**
 * Makes a target.
 *
 * @param parts What there is.
 */
export function deployedTarget(parts: DeployedParts): Target {
  const { title, implementation, manager, agents = new Map(), room, keyManager, monitor } = parts;
  const sides = new Set<Side>();
  if (manager !== undefined) sides.add("manager");
  if (agents.size > 0) sides.add("agent");
  if (room !== undefined) sides.add("heartbeat");
  if (keyManager !== undefined) sides.add("keymanager");
  if (monitor !== undefined) sides.add("monitor");
  return {
    title,
    implementation,
    sides,
    skipReason: (test) => {
      if (test.slow === true && !parts.slow) return "It waits longer than 30 s: --slow";
      if (test.against === "manager") return manager?.skipReason(test);
      if (test.against === "monitor") return monitor && monitorSkipReason(monitor, test);
      if (test.against !== "agent") return undefined;
      const { setup = "plain" } = test;
      if (agents.has(setup)) return DeployedAgent.skipReason(test);
      return NO_AGENT[setup] ?? "It needs an agent that protects nothing";
    },
    lane: laneOf,
    leftovers: () => [
      ...manager?.leftovers ?? [],
      ...[...agents.values()].flatMap(({ leftovers }) => leftovers),
    ],
    run: async (test, makeTranscript) => {
      const { against } = test;
      if (!sides.has(against)) throw new CaseSkipped(`There is no ${against} here`);
      if (against === "manager") await manager?.run(test, makeTranscript);
      else if (against === "agent") {
        await agents.get(test.setup ?? "plain")?.run(test, makeTranscript);
      } else if (against === "heartbeat" && room !== undefined) {
        await runInDeployedRoom(room, test, makeTranscript);
      } else if (against === "keymanager" && keyManager !== undefined) {
        await runAtKeyManager(keyManager, test, makeTranscript);
      } else if (against === "monitor" && monitor !== undefined) {
        await runAtMonitor(monitor, test, makeTranscript);
      }
    },
    [Symbol.asyncDispose]: () => parts.resources[Symbol.asyncDispose](),
  };
}

/** Queue, folders, cooldown, each agent and the room are shared: one case at a time. */
function laneOf({ against, needs = [], setup }: ConformanceCase): Lane {
  if (against === "agent") return { name: `agent ${setup ?? "plain"}`, limit: 1 };
  if (against === "heartbeat") return ROOM;
  if (against === "keymanager") return TALK;
  if (against === "monitor") return MONITOR;
  const isPrivate = setup === undefined || PRIVATE_SETUPS.has(setup);
  return needs.length === 0 && isPrivate ? TALK : QUEUE;
}
