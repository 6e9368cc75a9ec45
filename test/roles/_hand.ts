/**
 * A peer moved by hand: says what the test wants said, keeps what it is told.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Link, LinkHandler } from "../../lib/messaging/link.ts";
import { formatCommand, parseCommand } from "../../lib/protocol/command_codec.ts";
import type { Command, CommandName, KnownCommand } from "../../lib/protocol/commands.ts";
import { decodeMessage, encodeMessage } from "../../lib/protocol/message.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";

/** A command as it came. */
export interface Received {
  readonly command: Command;
  readonly from: string;
  readonly id: string;
  readonly noack: boolean;
}

/** How a hand says something. */
export interface Saying {
  /** Id of the message. Default: a new one. */
  readonly id?: string | undefined;
  readonly noack?: boolean | undefined;
  readonly groupchat?: boolean | undefined;
}

/** A scripted component. */
export class Hand implements LinkHandler {
  /** Commands that came, in order. */
  readonly commands: Received[] = [];
  /** Ids of messages that were acknowledged, in order. */
  readonly acks: string[] = [];
  /** Every stanza that came. */
  readonly stanzas: XmlElement[] = [];
  /** Whether commands are acknowledged as they come. */
  acknowledges = true;
  readonly #link: Link;
  #number = 0;

  /** @param link Its link, opened at once. */
  constructor(link: Link) {
    this.#link = link;
    void link.open(this);
  }

  /** Own full JID. */
  get jid(): string {
    return this.#link.jid?.full ?? "";
  }

  /** Says something; returns the id of the message. */
  say(to: string, command: Command, saying: Saying = {}): string {
    const id = saying.id ?? `${this.#link.jid?.resource}-${++this.#number}`;
    this.send(encodeMessage({
      kind: "command",
      from: this.#link.jid?.bare ?? "",
      to,
      id,
      noack: saying.noack ?? false,
      groupchat: saying.groupchat ?? false,
      info: formatCommand(command),
    }));
    return id;
  }

  /** Sends any stanza. */
  send(stanza: XmlElement): void {
    this.#link.send(stanza);
  }

  /** Acknowledges a command. */
  acknowledge({ from, id }: Received): void {
    this.send(encodeMessage({ kind: "ack", from: this.#link.jid?.bare ?? "", to: from, ack: id }));
  }

  /** Names of the commands that came. */
  get names(): string[] {
    return this.commands.map(({ command }) =>
      command.command === "unknown" ? command.name : command.command
    );
  }

  /** Number of commands of a name that came. */
  count(name: CommandName): number {
    return this.names.filter((other) => other === name).length;
  }

  /** The last command of a name, which must have come. */
  last<Name extends CommandName>(
    name: Name,
  ): Received & { readonly command: Extract<KnownCommand, { command: Name }> } {
    const found = this.commands.findLast(({ command }) => command.command === name);
    assert(found !== undefined, `no ${name} came, but ${this.names.join(", ") || "nothing"}`);
    return found as ReturnType<typeof this.last<Name>>;
  }

  /** Goes offline for good. */
  async leave(): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  onStanza(stanza: XmlElement): void {
    this.stanzas.push(stanza);
    if (stanza.name !== "message") return;
    const message = decodeMessage(stanza);
    if (message.kind === "ack") this.acks.push(message.ack);
    if (message.kind !== "command") return;
    const { from, id, noack } = message;
    const received = { command: parseCommand(message.info), from, id, noack };
    this.commands.push(received);
    if (this.acknowledges && !noack) this.acknowledge(received);
  }

  onStatus(): void {}
}
