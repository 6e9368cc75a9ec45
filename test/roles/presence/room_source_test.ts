import { assertEquals, assertRejects } from "@std/assert";
import { seededRandom } from "../../../lib/random.ts";
import { Room } from "../../../lib/messaging/room.ts";
import { RoomSource } from "../../../roles/presence/room_source.ts";
import { Broker, memoryLink } from "../../../sim/xmpp/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

const ROOM = "lounge@conference.localhost";

Deno.test("RoomSource knows the occupants of a room, and their JIDs where the room shows them", async () => {
  const clock = new VirtualClock();
  const broker = new Broker({
    domain: "localhost",
    autoRegister: true,
    clock,
    random: seededRandom(1),
  });
  const enter = async (user: string, ear?: RoomSource) => {
    const random = seededRandom(user.length);
    const own = memoryLink(broker, { user, resource: "r", clock, random });
    const link = ear?.listen(own) ?? own;
    const opened = link.open({ onStanza() {}, onStatus() {} });
    await clock.advance(0);
    link.send(new Room(ROOM, random).joinStanza((await opened).bare));
    await clock.advance(0);
    return link;
  };
  const source = new RoomSource(ROOM);
  await assertRejects(() => source.census(), Error, "it has not answered yet");
  // Who opens the room is its moderator, and is shown who is behind the nicks.
  const own = await enter("presence", source);
  const agent = await enter("agent-1");
  const manager = await enter("manager-12");
  const { count, connections } = await source.census();
  assertEquals(count, 2);
  assertEquals(connections.map(({ jid }) => jid.full), [
    "agent-1@localhost/r",
    "manager-12@localhost/r",
  ]);
  await agent[Symbol.asyncDispose]();
  await clock.advance(0);
  assertEquals((await source.census()).count, 1);
  await own[Symbol.asyncDispose]();
  await assertRejects(() => source.census(), Error, ROOM);
  await manager[Symbol.asyncDispose]();
});
