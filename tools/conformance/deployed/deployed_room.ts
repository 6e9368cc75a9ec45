/**
 * Cases against the components of a room on a real server.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import type { HeartbeatCase } from "../case.ts";
import type { Patience } from "../peer.ts";
import { visitRoom } from "../room_visit.ts";
import type { TranscriptMaker } from "../target.ts";
import { CaseSkipped } from "../verdict.ts";
import type { AccountPool } from "./accounts.ts";
import type { Connector } from "./connector.ts";

/** Options of {@linkcode runInDeployedRoom}. */
export interface DeployedRoomOptions {
  /** Bare JID of the room. */
  readonly room: string;
  /** Full JID of a component, where it is known. */
  readonly component: string | undefined;
  readonly connector: Connector;
  readonly accounts: AccountPool;
  readonly patience: Patience;
  readonly clock: Clock;
}

/** Runs a case; the tool joins the room anew. */
export async function runInDeployedRoom(
  options: DeployedRoomOptions,
  test: HeartbeatCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { room, connector, accounts, clock, patience } = options;
  const transcript = makeTranscript(() => clock.now());
  await using tool = await connector.peer(accounts.take([]), transcript);
  const visit = await visitRoom(tool, room);
  if (visit === undefined) throw new CaseSkipped(`The room ${room} cannot be joined`);
  const { nicks, jids } = visit;
  const component = options.component ?? jids.values().next().value;
  await test.run({ clock, patience, room, tool, nicks, component });
}
