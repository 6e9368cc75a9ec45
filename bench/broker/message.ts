/**
 * The message that the broker benches send.
 *
 * @module
 */
import { encodeMessage, type EnvelopeForm, serializeXml } from "../../lib/protocol/mod.ts";

/** Bytes of a message as its sender writes it: those of a usual `getJob` or `jobDone`. */
export const MESSAGE_BYTES = 466;

const VALUES = {
  command: "jobDone",
  jobID: "5d9b2b34-9f5c-4f5b-8b4b-3b9d5a5f0f6e",
  agentHost: "cernvm-agent-17.example.org",
  exitCode: "0",
};

/**
 * Writes a message of the length that is measured, its values encoded.
 *
 * @param to Full JID of the receiver.
 * @param form How it carries its content.
 * @returns Its text.
 * @throws {RangeError} When it does not fit.
 */
export function messageText(to: string, form: EnvelopeForm): string {
  const write = (id: string) =>
    serializeXml(encodeMessage({
      kind: "command",
      from: "",
      to,
      id,
      noack: false,
      groupchat: false,
      info: { attributes: VALUES, children: {} },
      form,
    })).replace(" from=''", "");
  const room = MESSAGE_BYTES - write("").length;
  if (room < 1) throw new RangeError(`Cannot write to ${to} in ${MESSAGE_BYTES} bytes`);
  return write("0123456789abcdef".repeat(room).slice(0, room));
}
