/**
 * The Heartbeat plugin (report 2.2.6): answers `Heartbeat:ping`, in a room or directly. Leases live by
 * it: an agent that answers keeps its job.
 *
 * @module
 */
import type { Command } from "../protocol/commands.ts";
import type { CommandHandler, Reply } from "./container.ts";

/** Prefix under which the plugin is registered. */
export const HEARTBEAT_PREFIX = "Heartbeat";

/** Answers pings, unacknowledged as the original does. */
export const heartbeat: CommandHandler = {
  handle(command: Command): readonly Reply[] {
    if (command.command !== "Heartbeat:ping") return [];
    return [{ command: { command: "pong" }, noack: true }];
  },
};
