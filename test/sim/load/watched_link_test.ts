import { assertEquals } from "@std/assert";
import type { LinkHandler } from "../../../lib/messaging/link.ts";
import { formatCommand } from "../../../lib/protocol/command_codec.ts";
import type { KnownCommand } from "../../../lib/protocol/commands.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { encodeMessage, type EnvelopeForm } from "../../../lib/protocol/message.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { Latencies } from "../../../sim/load/latencies.ts";
import { watchLink } from "../../../sim/load/watched_link.ts";

const JID = Jid.parse("agent@load.test/1");

/** A watched link whose server is the test; time is moved by hand. */
class Scene {
  readonly latencies = new Latencies();
  readonly figures = { sent: 0, online: 0 };
  nowMs = 1000;
  readonly sent: XmlElement[] = [];
  readonly got: XmlElement[] = [];
  #server: LinkHandler | undefined;
  readonly link = watchLink({
    jid: JID,
    open: (handler) => {
      this.#server = handler;
      return Promise.resolve(JID);
    },
    send: (stanza) => this.sent.push(stanza),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }, { figures: this.figures, latencies: this.latencies, now: () => this.nowMs });

  constructor(readonly form: EnvelopeForm) {
    this.link.open({ onStanza: (stanza) => this.got.push(stanza), onStatus: () => {} });
  }

  get server(): LinkHandler {
    if (this.#server === undefined) throw new Error("The link was not opened");
    return this.#server;
  }

  say(id: string, command: KnownCommand): void {
    this.link.send(this.#stanza(id, command));
  }

  hear(id: string, command: KnownCommand): void {
    this.server.onStanza(this.#stanza(id, command));
  }

  hearAck(ack: string): void {
    this.server.onStanza(encodeMessage({ kind: "ack", from: "m", to: "a", ack, form: this.form }));
  }

  #stanza(id: string, command: KnownCommand): XmlElement {
    const { form } = this;
    const info = formatCommand(command);
    const rest = { from: "a", to: "m", noack: false, groupchat: false };
    return encodeMessage({ kind: "command", id, info, form, ...rest });
  }
}

const JOB = {
  id: "1",
  chirpUrl: "c:1",
  inputDir: "1",
  inputFiles: [],
  command: "x",
  arguments: "",
  environment: "",
  packages: "",
};
const ABOUT = { jobID: "1", agentHost: "h" };

for (const form of ["original", "namespaced"] as const) {
  Deno.test(`a watched link times each phase of a job (${form} form)`, () => {
    const scene = new Scene(form);
    scene.say("1", { command: "want_getJob", jdl: "", agentHost: "h" });
    scene.nowMs += 10;
    scene.hear("2", { command: "have_getJob" });
    scene.hear("2", { command: "have_getJob" });
    scene.say("3", { command: "getJob", jdl: "", agentHost: "h" });
    scene.nowMs += 10;
    scene.hear("4", { command: "runJob", job: JOB });
    scene.nowMs += 1000;
    scene.say("5", { command: "want_getJobOutputDir", agentIP: "todo", ...ABOUT });
    scene.nowMs += 5;
    scene.hear("6", {
      command: "storeJobOutputDir",
      jobID: "1",
      outputDir: "1",
      outputChirpUrl: "c:1",
    });
    const done = { command: "jobDone", state: "ready", exitCode: "0", ...ABOUT } as const;
    scene.say("7", done);
    scene.nowMs += 20;
    // Sent again, because its acknowledgement is late.
    scene.say("7", done);
    scene.nowMs += 5;
    scene.hearAck("5");
    scene.hearAck("7");
    scene.hearAck("7");
    const { offer, lease, store, done: ended, job } = scene.latencies.summaries();
    assertEquals([offer, lease, store, ended, job].map(({ count }) => count), [1, 1, 1, 1, 1]);
    // Histograms hold three digits.
    const rounded = [offer, lease, store, ended, job].map(({ p50 }) => Number(p50.toPrecision(3)));
    assertEquals(rounded, [10, 20, 5, 25, 1050]);
    assertEquals([scene.figures.sent, scene.sent.length, scene.got.length], [5, 5, 7]);
  });
}

Deno.test("a watched link is counted while it is online, and once", () => {
  const { server, figures } = new Scene("original");
  server.onStatus({ type: "online", jid: JID });
  server.onStatus({ type: "online", jid: JID, resumed: true });
  assertEquals(figures.online, 1);
  server.onStatus({ type: "offline", reason: "gone", retryMs: 1 });
  server.onStatus({ type: "closed", reason: "gone" });
  assertEquals(figures.online, 0);
});
