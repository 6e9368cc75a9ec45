/**
 * The other end of a manager's work: asks for a job, says that it is done, asks for the next. It speaks the
 * words of an agent, acknowledgements included, and does nothing else, so that the manager is what is measured.
 *
 * @module
 */
import type { Link } from "../../lib/messaging/link.ts";
import { formatCommand, parseCommand } from "../../lib/protocol/command_codec.ts";
import type { Command } from "../../lib/protocol/commands.ts";
import { decodeMessage, encodeMessage } from "../../lib/protocol/message.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";

const SELF = {
  agentHost: "vm.bench",
  jdl: "[\nWNHost=vm.bench;\nVersion=0;\nType=machine;\nPlatform=Linux-x86_64;\n]\n",
  agentSoftware: "copilot-deno/1",
  agentSession: "bench",
} as const;

/** Options of {@linkcode Asker}. */
export interface AskerOptions {
  /** Its connection; not opened yet. */
  readonly link: Link;
  /** JID of the managers. */
  readonly manager: string;
  /** Told of every whole cycle: the manager has acknowledged `jobDone`. False: it asks no more. */
  readonly onCycle: () => boolean;
}

/** One asker. */
export class Asker {
  readonly #options: AskerOptions;
  #jid = "";
  #sent = 0;
  /** The job at hand: what every further request repeats. */
  #job = { jobID: "", jmJobData: "" };
  /** Id of the `jobDone` that is not acknowledged yet. */
  #doneId: string | undefined;

  /** @param options See {@linkcode AskerOptions}. */
  constructor(options: AskerOptions) {
    this.#options = options;
  }

  /** Opens the link. */
  async open(): Promise<void> {
    const { full } = await this.#options.link.open({
      onStanza: (stanza) => this.#onStanza(stanza),
      onStatus: () => {},
    });
    this.#jid = full;
  }

  /** Asks for the first job; from then on it goes by itself. */
  ask(): void {
    this.#say(this.#options.manager, { command: "want_getJob", ...SELF });
  }

  #onStanza(stanza: XmlElement): void {
    if (stanza.name !== "message") return;
    const message = decodeMessage(stanza);
    if (message.kind === "ack" && message.ack === this.#doneId) {
      this.#doneId = undefined;
      if (this.#options.onCycle()) this.ask();
    }
    if (message.kind !== "command") return;
    const { from, id, noack } = message;
    if (!noack) {
      this.#options.link.send(encodeMessage({ kind: "ack", from: this.#jid, to: from, ack: id }));
    }
    this.#answer(parseCommand(message.info), from);
  }

  #answer(command: Command, from: string): void {
    const about = { ...this.#job, agentHost: SELF.agentHost };
    switch (command.command) {
      case "have_getJob":
        this.#say(from, { command: "getJob", ...SELF });
        break;
      case "runJob":
        this.#job = { jobID: command.job.id, jmJobData: command.jmJobData ?? "" };
        this.#say(this.#options.manager, {
          command: "want_getJobOutputDir",
          ...about,
          ...this.#job,
        });
        break;
      case "have_getJobOutputDir":
        this.#say(from, { command: "getJobOutputDir", ...about });
        break;
      case "storeJobOutputDir":
        this.#doneId = this.#say(from, {
          command: "jobDone",
          ...about,
          state: "ready",
          exitCode: "0",
        });
    }
  }

  #say(to: string, command: Command): string {
    const id = `${this.#jid} ${this.#sent++}`;
    const info = formatCommand(command);
    this.#options.link.send(
      encodeMessage({
        kind: "command",
        from: this.#jid,
        to,
        id,
        noack: false,
        groupchat: false,
        info,
      }),
    );
    return id;
  }
}
