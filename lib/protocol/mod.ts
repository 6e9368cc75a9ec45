/**
 * The words of the Co-Pilot protocol: pure functions from text to meaning and back, without I/O.
 *
 * @example A message, understood
 * ```ts
 * import { decodeMessage, parseCommand, xml } from "./mod.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const stanza = xml("message", { from: "agent@site/1", to: "jm@site", id: "1" },
 *   xml("body", {}, xml("info", { command: "_BASE64:d2FudF9nZXRKb2I=\n", agentHost: "vm" })));
 * const message = decodeMessage(stanza);
 * assert(message.kind === "command");
 * assertEquals(parseCommand(message.info).command, "want_getJob");
 * ```
 *
 * @module
 */
export * from "./command_codec.ts";
export * from "./commands.ts";
export * from "./hash_string.ts";
export * from "./info.ts";
export * from "./jdl.ts";
export * from "./jid.ts";
export * from "./job.ts";
export * from "./message.ts";
export * from "./value.ts";
export * from "./xml.ts";
