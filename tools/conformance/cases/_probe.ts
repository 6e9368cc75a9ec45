/**
 * The harmless question that most cases about delivery and values ask of a manager: it is answered at
 * once, takes no job and leaves nothing behind.
 *
 * @module
 */
import { encodeValue } from "../../../lib/protocol/value.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import type { ManagerStage } from "../stage.ts";

/** Asks who takes a job's output. */
export const PROBE = { command: "want_getJobOutputDir", jobID: "conformance", agentHost: "vm" };
/** The answer's name. */
export const PROBED = "have_getJobOutputDir";
/** The question, its command encoded. */
export const PROBE_VALUE = encodeValue(PROBE.command);

/** The question's `<info>`, its command written in any form. */
export function probeInfo(command: string = PROBE_VALUE): XmlElement {
  return xml("info", { command });
}

/**
 * Asks with the command written in some form, and makes sure that it is understood.
 *
 * @param command The attribute as it stands on the wire.
 */
export async function mustUnderstand(stage: ManagerStage, command: string): Promise<void> {
  const agent = await stage.peer();
  await agent.hearAck(agent.sayInfo(stage.manager, probeInfo(command)));
  await agent.hear(PROBED);
}

/**
 * Asks with the command written in some form, and makes sure that it is taken for another word.
 *
 * @param command The attribute as it stands on the wire.
 */
export async function mustNotUnderstand(stage: ManagerStage, command: string): Promise<void> {
  const agent = await stage.peer();
  await agent.hearAck(agent.sayInfo(stage.manager, probeInfo(command)));
  await agent.hearNo(undefined);
}
