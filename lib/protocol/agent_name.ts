/**
 * Names of volunteers' agents: the local part of their JID says who they are
 * (`agent_ID_CPUS_REV_UUID_UKN`, read by managers and by the original's ejabberd module).
 *
 * @module
 */

/** What an agent's name says; in the order of the name, texts as they stand. */
export interface AgentName {
  /** `agent`. */
  readonly component: string;
  /** Id of the volunteer's host; where it ends in `-`, the UUID is appended as in the original. */
  readonly id: string;
  /** Number of processors. */
  readonly cpus: string;
  /** Revision of the virtual machine. */
  readonly rev: string;
  /** Id of this machine; the key of the connection's document. */
  readonly uuid: string;
  /** Meaning unknown. */
  readonly ukn: string;
}

/** Parts of a name of an agent. */
const PARTS = 6;

/**
 * Reads the name of an agent.
 *
 * @example
 * ```ts
 * import { parseAgentName } from "./agent_name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseAgentName("agent_s-10829_1_7_18225d4f_-g")?.uuid, "18225d4f");
 * assertEquals(parseAgentName("jobmanager"), undefined);
 * ```
 *
 * @param local Local part of a JID.
 * @returns What it says; `undefined` for any other component, or where a part is missing.
 */
export function parseAgentName(local: string): AgentName | undefined {
  const parts = local.split("_").filter((part) => part !== "");
  const [component, id, cpus, rev, uuid, ukn] = parts;
  if (component !== "agent" || parts.length !== PARTS) return undefined;
  if (id === undefined || cpus === undefined || rev === undefined) return undefined;
  if (uuid === undefined || ukn === undefined) return undefined;
  return { component, id: id.endsWith("-") ? `${id}${uuid}` : id, cpus, rev, uuid, ukn };
}

/** What is kept of an agent in the document of its connection. */
export type AgentData = Partial<AgentName> & Pick<AgentName, "component" | "uuid">;

/**
 * Finds out what is known of an agent by its account. One whose account is not named like a volunteer's is
 * known by the account's own name.
 *
 * @example
 * ```ts
 * import { agentData } from "./agent_name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(agentData("agent-7"), { component: "agent", uuid: "agent-7" });
 * ```
 *
 * @param local Local part of a JID.
 * @returns What is known; `undefined` for any other component.
 */
export function agentData(local: string): AgentData | undefined {
  const name = parseAgentName(local);
  if (name !== undefined) return name;
  return /^agent(?:[-_.]|$)/.test(local) ? { component: "agent", uuid: local } : undefined;
}
