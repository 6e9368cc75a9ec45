/**
 * The table of all commands.
 *
 * @module
 */

import { CommandTable } from "../command.ts";
import { blockingCommands } from "./blocking_lists.ts";
import { connectionCommands } from "./connection.ts";
import { hashCommands } from "./hashes.ts";
import { introspectionCommands } from "./introspection.ts";
import { keyCommands } from "./keys.ts";
import { listCommands } from "./lists.ts";
import { pubsubCommands } from "./pubsub.ts";
import { scriptingCommands } from "./scripting.ts";
import { serverCommands } from "./server.ts";
import { setCommands } from "./sets.ts";
import { sortedSetWrites } from "./sorted_set_writes.ts";
import { sortedSetCommands } from "./sorted_sets.ts";
import { stringCommands } from "./strings.ts";
import { transactionCommands } from "./transactions.ts";

/** All commands. */
export const commands: CommandTable = new CommandTable();

commands.add([
  ...stringCommands,
  ...keyCommands,
  ...listCommands,
  ...blockingCommands,
  ...hashCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...sortedSetWrites,
  ...connectionCommands,
  ...serverCommands,
  ...transactionCommands,
  ...pubsubCommands,
  ...scriptingCommands(commands),
  ...introspectionCommands(commands),
]);
