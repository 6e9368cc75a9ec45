import { assert, assertEquals } from "@std/assert";
import { xml } from "../../../lib/protocol/xml.ts";
import { shortenJid, shortenValue, summarizeStanza } from "../../../lib/trace/describe.ts";
import { messagesOf, traceNames } from "../../traces.ts";

Deno.test("summarizeStanza() gives every recorded message in one line", () => {
  for (const name of traceNames()) {
    for (const { stanza } of messagesOf(name)) {
      const text = summarizeStanza(stanza);
      assert(text !== "" && !text.includes("\n"), text);
    }
  }
});

Deno.test("summarizeStanza() decodes values and shortens ids", () => {
  const job = xml("job", { id: "e922bca1-f33e-4ee6-9d05-3d33853d1100" });
  const info = xml("info", { command: "_BASE64:cnVuSm9i\n", jmJobData: "startedAt=1####" }, job);
  const message = xml("message", { id: "1" }, xml("body", {}, info));
  assertEquals(summarizeStanza(message), "runJob jmJobData=startedAt=1#### job.id=e922bca1");
  assertEquals(summarizeStanza(xml("message", { ack: "1" })), "ack 1");
  assertEquals(
    summarizeStanza(xml("message", {}, xml("body", { info: "x" }))),
    "message (encrypted)",
  );
});

Deno.test("shortenValue() and shortenJid() cut what is long", () => {
  assertEquals(shortenValue("a\nb  c"), "a b c");
  assertEquals(shortenValue("żółć".repeat(20), 5), "żółć…");
  assertEquals(shortenJid("agent@site/cb0e8b9887cf7664d59d402ab8a41afc"), "agent/cb0e8b98");
  assertEquals(shortenJid("jm@site"), "jm");
});
