/**
 * Plays one side of a trace and compares what the peer says with what its predecessor said.
 *
 * @module
 */
import {
  Bindings,
  type BindingsOptions,
  matchStanza,
  type Mismatch,
  summarizeStanza,
  type XmlElement,
} from "../../../lib/trace/mod.ts";
import { isProbe } from "../../../lib/messaging/envelope_probe.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { changed, type Difference, missing } from "./difference.ts";
import { Expectations } from "./expectations.ts";
import { commandOf, type Hear, type Player, type Say, type Script } from "./script.ts";
import type { Audience, Stage } from "./stage.ts";
import { translateStanza } from "./translate.ts";

/** How a script is played. */
export interface PlayOptions {
  /** True: the first difference ends it. Default: false, all are found. */
  readonly stopAtFirst?: boolean | undefined;
  /** Which variables may vary. Default: all. */
  readonly bindings?: BindingsOptions | undefined;
  /** Makes the id under which a message of the trace is sent now. Default: the same. */
  readonly newId?: ((then: string) => string) | undefined;
  /**
   * Makes a ticket that is valid now, as `speaker` (of the trace) gives one to `holder` (of now). Default:
   * that of the trace.
   */
  readonly newTicket?: ((speaker: string, holder: string) => string) | undefined;
  /** Time in seconds for which the peer is heard after the trace's end. Default: 1. */
  readonly lingerSeconds?: number | undefined;
  /** Told of each step, for whoever watches. */
  readonly onStep?:
    | ((what: "said" | "heard", line: number, stanza: XmlElement) => void)
    | undefined;
}

/** How a replay went. */
export interface PlayResult {
  /** Differences in the order in which they were found. */
  readonly differences: readonly Difference[];
  /** Stanzas said. */
  readonly said: number;
  /** Stanzas that came as expected. */
  readonly heard: number;
}

/** What happens at some time by the script. */
interface Event {
  readonly t: number;
  readonly line: number;
  run(): Promise<void>;
}

/** Plays a script once. */
export class Play implements Audience {
  readonly #script: Script;
  readonly #options: PlayOptions;
  readonly #bindings: Bindings;
  readonly #expectations: Expectations;
  /** `jmJobData` of now, by job of the trace. */
  readonly #given = new Map<string, string>();
  readonly #differences: Difference[] = [];
  /** What waits for the peer, and until when. */
  readonly #waiting: { readonly say: Say; readonly untilT: number }[] = [];
  #stage: Stage | undefined;
  #heard = 0;
  #line = 1;

  /**
   * Prepares a replay.
   *
   * @param script What is played.
   * @param options See {@linkcode PlayOptions}.
   */
  constructor(script: Script, options: PlayOptions = {}) {
    this.#script = script;
    this.#options = options;
    this.#bindings = new Bindings(options.bindings);
    this.#expectations = new Expectations(script.hears);
  }

  /** The variables, for a stage that knows some of them. */
  get bindings(): Bindings {
    return this.#bindings;
  }

  /**
   * Plays.
   *
   * @param stage Where.
   * @param signal Ends the replay early.
   * @returns How it went.
   * @throws The signal's reason.
   */
  async run(stage: Stage, signal: AbortSignal): Promise<PlayResult> {
    this.#stage = stage;
    for (const event of this.#events(stage)) {
      signal.throwIfAborted();
      await this.#reach(event.t);
      this.#expire();
      if (this.#isOver) break;
      await event.run();
    }
    if (!this.#isOver) await this.#listenToTheEnd(stage);
    signal.throwIfAborted();
    const differences = this.#options.stopAtFirst === true
      ? this.#differences.slice(0, 1)
      : this.#differences;
    return { differences, said: this.#expectations.saidCount, heard: this.#heard };
  }

  /** See {@linkcode Audience}. */
  hear(peer: string, stanza: XmlElement, receiver: string | undefined): void {
    if (this.#isOver || !isSpeech(stanza)) return;
    const open = this.#expectations.openFor(peer, receiver);
    const nowT = this.#stage?.t ?? 0;
    let nearest: { readonly hear: Hear; readonly mismatch: Mismatch } | undefined;
    for (const hear of open) {
      const mismatch = matchStanza(
        hear.stanza,
        this.#addressed(stanza, hear, receiver),
        this.#bindings,
      );
      if (mismatch === undefined) return this.#accept(hear, stanza, nowT);
      const alike = commandOf(hear.stanza) === commandOf(stanza) &&
        isAck(hear.stanza) === isAck(stanza);
      if (alike && this.#expectations.isDue(hear, nowT)) nearest ??= { hear, mismatch };
    }
    if (nearest === undefined) return this.#refuse(peer, stanza, nowT);
    const { hear, mismatch } = nearest;
    this.#expectations.settle(hear);
    this.#bindId(hear, stanza);
    this.#report(changed(hear, stanza, nowT, mismatch));
  }

  /** Reports what nobody expects, with what the trace has next. */
  #refuse(peer: string, stanza: XmlElement, t: number): void {
    const next = this.#expectations.pending.find((hear) => hear.peer === peer);
    const detail = next === undefined
      ? undefined
      : `next is line ${next.line}, ${next.t.toFixed(1)} s: ${summarizeStanza(next.stanza)}`;
    const came = summarizeStanza(stanza);
    this.#report({ kind: "unexpected", line: this.#line, t, peer, came, detail });
  }

  get #isOver(): boolean {
    return this.#options.stopAtFirst === true && this.#differences.length > 0;
  }

  /** All that happens by itself, in the order of the trace. */
  #events(stage: Stage): Event[] {
    const { played, peers, says } = this.#script;
    const events: Event[] = says.map((say) => {
      return { t: say.t, line: say.line, run: () => this.#sayInTime(stage, say) };
    });
    const live = (
      players: readonly Player[],
      come: (player: Player) => Promise<void>,
      go: (player: Player) => Promise<void>,
    ) => {
      for (const player of players) {
        events.push({ t: player.fromT, line: 0, run: () => come(player) });
        if (player.toT !== undefined) {
          events.push({ t: player.toT, line: Infinity, run: () => go(player) });
        }
      }
    };
    for (const { t, run } of stage.errands) events.push({ t, line: 0, run });
    live(played, (player) => stage.enter(player), (player) => stage.leave(player));
    live(peers, (peer) => stage.startPeer(peer), (peer) => stage.killPeer(peer));
    return events.sort((one, other) => one.t - other.t || one.line - other.line);
  }

  /** Lets time pass until `t` or `isDone`, and says what has waited for the peer as soon as it may be said. */
  async #reach(t: number, isDone = () => false): Promise<void> {
    const stage = this.#stage;
    while (stage !== undefined && !this.#isOver && !isDone()) {
      const ready = this.#waiting.findIndex(({ say, untilT }) =>
        hasCome(stage, untilT) || this.#mayBeSaid(say)
      );
      const [waiting] = ready < 0 ? [] : this.#waiting.splice(ready, 1);
      if (waiting !== undefined) await this.#say(stage, waiting.say);
      else if (hasCome(stage, t)) return;
      else {
        const nextT = this.#waiting.reduce((least, { untilT }) => Math.min(least, untilT), t);
        const mayGoOn = () => this.#isOver || this.#waiting.some(({ say }) => this.#mayBeSaid(say));
        await stage.until(nextT, mayGoOn);
      }
    }
  }

  /** An acknowledgement needs what it acknowledges; what else somebody says keeps its order, too. */
  #mayBeSaid(say: Say): boolean {
    if (say.needs.some((hear) => this.#expectations.waitsFor(hear))) return false;
    return isAck(say.stanza) ||
      !this.#waiting.some((other) =>
        other.say.line < say.line && other.say.speaker === say.speaker && !isAck(other.say.stanza)
      );
  }

  async #sayInTime(stage: Stage, say: Say): Promise<void> {
    if (this.#mayBeSaid(say)) await this.#say(stage, say);
    else this.#waiting.push({ say, untilT: stage.t + stage.patienceSeconds });
  }

  async #say(stage: Stage, say: Say): Promise<void> {
    for (const hear of say.needs) {
      if (this.#expectations.waitsFor(hear)) this.#giveUp(hear);
    }
    if (this.#isOver) return;
    const { id } = say.stanza.attrs;
    if (id !== undefined && !this.#bindings.knows("id", id)) {
      this.#bindings.bind("id", id, this.#options.newId?.(id) ?? id);
    }
    this.#bindTicket(say);
    this.#expectations.noteSaid(say, stage.t);
    this.#line = Math.max(this.#line, say.line);
    const stanza = translateStanza(say.stanza, this.#bindings, this.#given);
    this.#options.onStep?.("said", say.line, stanza);
    await stage.say(say.speaker, stanza);
  }

  /** A key manager that is played gives a ticket of now for that of the trace. */
  #bindTicket({ stanza, speaker }: Say): void {
    const { newTicket } = this.#options;
    const message = decodeMessage(stanza);
    const then = message.kind === "command" ? message.info.attributes["ticket"] : undefined;
    if (newTicket === undefined || then === undefined) return;
    const holder = this.#bindings.now("jid", message.to);
    this.#bindings.bind("ticket", then, newTicket(speaker, holder));
  }

  async #listenToTheEnd(stage: Stage): Promise<void> {
    const { lingerSeconds = 1 } = this.#options;
    const { endT } = this.#script;
    await this.#reach(endT + lingerSeconds);
    const waits = () => this.#expectations.pending.length > 0;
    await this.#reach(stage.t + stage.patienceSeconds, () => this.#waiting.length === 0);
    if (!stage.keepsTime && waits()) {
      await stage.until(stage.t + stage.patienceSeconds, () => this.#isOver || !waits());
    }
    for (const hear of this.#expectations.pending) if (!this.#isOver) this.#giveUp(hear);
  }

  #accept(hear: Hear, stanza: XmlElement, nowT: number): void {
    this.#expectations.settle(hear);
    this.#learnData(hear, stanza);
    const { line, peer } = hear;
    const expected = summarizeStanza(hear.stanza);
    const came = summarizeStanza(stanza);
    const dueT = this.#expectations.dueT(hear);
    const detail = `at ${dueT.toFixed(1)} s in the trace, at ${nowT.toFixed(1)} s now`;
    const { keepsTime = false } = this.#stage ?? {};
    if (keepsTime && !this.#expectations.isDue(hear, nowT)) {
      return this.#report({ kind: "early", line, t: nowT, peer, expected, came, detail });
    }
    if (keepsTime && this.#expectations.isLate(hear, nowT)) {
      return this.#report({ kind: "late", line, t: nowT, peer, expected, came, detail });
    }
    if (hear.after !== undefined && this.#expectations.waitsFor(hear.after)) {
      return this.#report({ kind: "order", line, t: nowT, peer, expected, came });
    }
    this.#heard++;
    this.#line = Math.max(this.#line, line);
    this.#options.onStep?.("heard", line, stanza);
  }

  /** What came otherwise than expected is acknowledged all the same. */
  #bindId({ stanza }: Hear, came: XmlElement): void {
    const [then, now] = [stanza.attrs["id"], came.attrs["id"]];
    if (then !== undefined && now !== undefined) this.#bindings.bind("id", then, now);
  }

  /** Keeps what a manager says of a job, for the agent that echoes it. */
  #learnData(hear: Hear, stanza: XmlElement): void {
    const then = decodeMessage(hear.stanza);
    const now = decodeMessage(stanza);
    if (then.kind !== "command" || now.kind !== "command") return;
    const job = then.info.children["job"]?.attributes["id"];
    const data = now.info.attributes["jmJobData"];
    if (job !== undefined && data !== undefined) this.#given.set(job, data);
  }

  /** Gives up what should have come long ago. */
  #expire(): void {
    const stage = this.#stage;
    if (stage === undefined || !stage.keepsTime) return;
    for (const hear of this.#expectations.pending) {
      if (this.#expectations.mayCome(hear) && this.#expectations.isLate(hear, stage.t)) {
        this.#giveUp(hear);
      }
    }
  }

  #giveUp(hear: Hear): void {
    this.#expectations.settle(hear);
    this.#report(missing(hear, this.#stage?.t ?? 0));
  }

  #report(difference: Difference): void {
    this.#differences.push(difference);
  }

  /** Live servers write full JIDs; what counts is that it came to the one it was for. */
  #addressed(stanza: XmlElement, { stanza: then }: Hear, receiver: string | undefined): XmlElement {
    const { to } = then.attrs;
    if (receiver === undefined || to === undefined) return stanza;
    return { ...stanza, attrs: { ...stanza.attrs, to: this.#bindings.now("jid", to) } };
  }
}

/** True when a time has come; clocks count in whole milliseconds. */
function hasCome(stage: Stage, t: number): boolean {
  return stage.t > t - 0.001;
}

/** True for what is compared: not the presence that every session announces, nor its question to the server. */
function isSpeech(stanza: XmlElement): boolean {
  return (stanza.name !== "presence" || stanza.attrs["to"] !== undefined) && !isProbe(stanza);
}

function isAck({ attrs }: XmlElement): boolean {
  return attrs["ack"] !== undefined;
}
