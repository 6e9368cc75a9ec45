import { assertEquals } from "@std/assert";
import { heartbeat } from "../../../lib/messaging/heartbeat.ts";
import { Jid } from "../../../lib/protocol/jid.ts";

const SENDER = { jid: Jid.parse("room@conference.site/boss"), groupchat: true };

Deno.test("heartbeat answers a ping with an unacknowledged pong", async () => {
  const replies = await heartbeat.handle({ command: "Heartbeat:ping" }, SENDER);
  assertEquals(replies, [{ command: { command: "pong" }, noack: true }]);
});

Deno.test("heartbeat says nothing to what it does not know", async () => {
  const info = { attributes: { command: "Heartbeat:nosuch" }, children: {} };
  const command = { command: "unknown", name: "Heartbeat:nosuch", info } as const;
  assertEquals(await heartbeat.handle(command, SENDER), []);
});
