import { assertEquals } from "@std/assert";
import { guardedLink, mayStayClear } from "../../../lib/messaging/message_guard.ts";
import {
  acknowledgementOf,
  withInfo,
  withSessionBody,
} from "../../../lib/messaging/session_stanza.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { decodeMessage, encodeMessage } from "../../../lib/protocol/message.ts";
import { xml } from "../../../lib/protocol/xml.ts";
import { HandLink } from "./_guard_scene.ts";

const ADDRESS = { from: "a@site/1", to: "b@site" };
const command = (name: string, form: "original" | "namespaced", noack = false) =>
  encodeMessage({
    kind: "command",
    ...ADDRESS,
    id: "1",
    noack,
    groupchat: false,
    info: { attributes: { command: name }, children: {} },
    form,
  });

Deno.test("guardedLink() shows a guard messages, and nothing else", async () => {
  const link = new HandLink();
  const seen: string[] = [];
  const guarded = guardedLink(link, () => ({
    outgoing: (stanza) => {
      seen.push(`out ${stanza.name}`);
      return undefined;
    },
    incoming: (stanza) => {
      seen.push(`in ${stanza.name}`);
      return undefined;
    },
    onOnline: () => void seen.push("online"),
    onOffline: () => void seen.push("offline"),
  }));
  const given: string[] = [];
  await guarded.open({
    onStanza: ({ name }) => given.push(name),
    onStatus: ({ type }) => given.push(type),
  });
  link.online(Jid.parse("a@site/1"));
  assertEquals(guarded.jid?.full, "a@site/1");
  for (const name of ["presence", "message", "iq"]) {
    guarded.send(xml(name));
    link.bring(xml(name));
  }
  link.offline();
  await guarded[Symbol.asyncDispose]();
  assertEquals(seen, ["online", "out message", "in message", "offline", "offline"]);
  assertEquals(given, ["online", "presence", "iq", "offline"]);
  assertEquals(link.sent.map(({ name }) => name), ["presence", "iq"]);
});

Deno.test("mayStayClear() lets monitoring pass and no job", () => {
  const may = (name: string) => mayStayClear(decodeMessage(command(name, "original")));
  const clear = ["Heartbeat:ping", "Heartbeat:getStatus", "pong", "haveStatus", "reportEvent"];
  const never = ["", "getJob", "runJob", "jobDone", "redirect", "error", "Heartbeat:", "pong "];
  assertEquals(clear.map(may), clear.map(() => true));
  assertEquals(never.map(may), never.map(() => false));
});

for (const form of ["original", "namespaced"] as const) {
  Deno.test(`an encrypted message keeps its ${form} form`, () => {
    const message = command("getJob", form);
    const body = { info: "abc", sessionKey: "key" };
    const encrypted = withSessionBody(message, body);
    assertEquals(decodeMessage(encrypted).kind, "other");
    const info = xml("info", { command: "_BASE64:Z2V0Sm9i\n" });
    assertEquals(withInfo(encrypted, info), message);
    const acknowledgement = acknowledgementOf(encrypted);
    assertEquals(
      acknowledgement,
      encodeMessage({ kind: "ack", from: ADDRESS.to, to: ADDRESS.from, ack: "1", form }),
    );
    assertEquals(
      acknowledgementOf(withSessionBody(command("getJob", form, true), body)),
      undefined,
    );
  });
}
