/**
 * The heartbeat tool's session: it joins the room, asks, and knows when all have answered.
 *
 * @module
 */
import { UnreachableError } from "../../lib/cli/exit_code.ts";
import { type Clock, sleep, systemClock } from "../../lib/clock.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import { Container, type ContainerOptions, type Sender } from "../../lib/messaging/container.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { Room } from "../../lib/messaging/room.ts";
import type { Command } from "../../lib/protocol/commands.ts";
import { type Random, systemRandom } from "../../lib/random.ts";
import { commandFor, type Question, Round, type RoundResult } from "./round.ts";
import { everybody, type Target } from "./targets.ts";
import { Visit } from "./visit.ts";

/** Options of a {@linkcode HeartbeatSession}. */
export interface HeartbeatSessionOptions {
  /** The session with the server; opened and closed with this one. */
  readonly link: Link;
  /** Bare JID of the room. Default: none is joined, only full JIDs can be asked. */
  readonly room?: string | undefined;
  /** Longest wait for the room, and again for answers, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Told of the connection's life. Default: nobody is. */
  readonly log?: Logger | undefined;
  /** Form of messages, see `ContainerOptions`. Default: `original`. */
  readonly envelope?: ContainerOptions["envelope"];
  /** Clock of the waits. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of the nick and of message ids. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** Asks components how they are, one question at a time. */
export class HeartbeatSession implements AsyncDisposable {
  readonly #room: Room | undefined;
  readonly #visit: Visit;
  readonly #container: Container;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** Aborted when the connection fails; who waits for the first one then need not wait for the next. */
  readonly #attempt = new AbortController();
  #round: Round | undefined;
  #askedMs = 0;

  /**
   * Nothing is connected before {@linkcode open}.
   *
   * @param options See {@linkcode HeartbeatSessionOptions}.
   */
  constructor(options: HeartbeatSessionOptions) {
    const { link, room, timeoutMs = 10_000, clock = systemClock, random = systemRandom } = options;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#room = room === undefined ? undefined : new Room(room, random);
    this.#visit = new Visit(link, this.#room, {
      onOffline: (reason) =>
        this.#attempt.abort(new UnreachableError(`Cannot reach the XMPP server: ${reason}`)),
      onGone: (nick) => this.#round?.giveUp(`${room}/${nick}`, "left the room"),
    });
    this.#container = new Container({
      link: this.#visit,
      component: { handle: (command, sender) => this.#handle(command, sender) },
      log: options.log ?? silentLogger,
      envelope: options.envelope,
      ownSessionOnly: true,
      clock,
      random,
    });
  }

  /**
   * Connects and joins the room.
   *
   * @param signal Ends the wait.
   * @throws {UnreachableError} When the server or the room cannot be reached, or not in time.
   * @throws {LinkRefusedError} When the server refuses the account.
   * @throws The signal's reason.
   */
  async open(signal: AbortSignal): Promise<void> {
    await this.#inTime(
      "the XMPP server",
      AbortSignal.any([signal, this.#attempt.signal]),
      (either) => this.#container.start(either),
    );
    await this.#join(signal);
  }

  /**
   * Asks a question and waits until all have answered, or for the longest time.
   *
   * @param question The question.
   * @param whom Who is asked: everybody in the room, or targets.
   * @param signal Ends the wait.
   * @returns Who has answered what, and who has not.
   * @throws {UnreachableError} When the room is lost and cannot be joined again in time.
   * @throws {TypeError} When everybody is asked in no room.
   * @throws The signal's reason.
   */
  async ask(
    question: Question,
    whom: readonly Target[] | "room",
    signal: AbortSignal,
  ): Promise<RoundResult> {
    await this.#join(signal);
    const round = whom === "room" ? this.#askRoom(question) : this.#askEach(question, whom);
    const over = new AbortController();
    const waited = sleep(this.#clock, this.#timeoutMs, {
      signal: AbortSignal.any([signal, this.#container.closed, over.signal]),
    });
    try {
      await Promise.race([round.over, waited]);
    } finally {
      over.abort();
      await waited.catch(() => {});
      this.#round = undefined;
    }
    return round.result;
  }

  /** Leaves the room and closes the link. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container[Symbol.asyncDispose]();
  }

  async #join(signal: AbortSignal): Promise<void> {
    if (this.#room === undefined) return;
    const { address } = this.#room;
    await this.#inTime(`the room ${address}`, signal, () => this.#visit.joined);
    await this.#container.learnRoom(address);
  }

  /** As the original: one message for all, a ping without acknowledgement. */
  #askRoom(question: Question): Round {
    if (this.#room === undefined) throw new TypeError("Cannot ask everybody: there is no room");
    const { address } = this.#room;
    const round = this.#begin(question, everybody(address, this.#visit.occupants.values()));
    this.#container.post(address, commandFor(question), {
      groupchat: true,
      noack: question === "list",
      lastsMs: this.#timeoutMs,
    });
    return round;
  }

  /** By a message for each, acknowledged so that one that cannot be delivered is noticed. */
  #askEach(question: Question, targets: readonly Target[]): Round {
    const round = this.#begin(question, targets);
    for (const { address, nick } of targets) {
      if (nick !== undefined && !this.#visit.occupants.has(nick)) {
        round.giveUp(address, "not in the room");
        continue;
      }
      this.#container.post(address, commandFor(question), { lastsMs: this.#timeoutMs })
        .then((outcome) => {
          if (outcome === "bounced") round.giveUp(address, "not reachable");
        });
    }
    return round;
  }

  #begin(question: Question, targets: readonly Target[]): Round {
    this.#askedMs = this.#clock.now();
    return this.#round = new Round(question, targets);
  }

  #handle(command: Command, sender: Sender): readonly never[] {
    if (command.command !== "pong" && command.command !== "haveStatus") return [];
    this.#round?.take(command, sender.jid, {
      afterMs: this.#clock.now() - this.#askedMs,
      jid: this.#room?.isFrom(sender.jid)
        ? this.#visit.occupants.get(sender.jid.resource)?.jid
        : sender.jid.full,
    });
    return [];
  }

  /** Waits for something, but not for ever. */
  async #inTime(
    what: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    signal.throwIfAborted();
    const over = new AbortController();
    const either = AbortSignal.any([signal, this.#container.closed, over.signal]);
    const late = sleep(this.#clock, this.#timeoutMs, { signal: either }).then(() => {
      const seconds = this.#timeoutMs / 1000;
      throw new UnreachableError(`Cannot reach ${what}: no answer within ${seconds} s`);
    });
    try {
      await Promise.race([work(either), late]);
    } finally {
      over.abort();
      await late.catch(() => {});
    }
  }
}
