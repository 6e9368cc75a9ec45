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
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { changed, type Difference, missing } from "./difference.ts";
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

/** What the peer says may come so much earlier than in the trace: ours takes no second to start. */
const EARLY_SECONDS = 2;
/** And so much later. */
const LATE_SECONDS = 2;
/** Share of a longer wait that counts as the same. */
const SAME_SHARE = 0.1;

/** An expectation and what became of it. */
interface Expectation {
  readonly hear: Hear;
  settled: boolean;
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
  readonly #expectations: readonly Expectation[];
  readonly #byHear = new Map<Hear, Expectation>();
  /** When each thing was said. */
  readonly #saidT = new Map<Say, number>();
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
    this.#expectations = script.hears.map((hear) => ({ hear, settled: false }));
    for (const expectation of this.#expectations) this.#byHear.set(expectation.hear, expectation);
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
    return { differences, said: this.#saidT.size, heard: this.#heard };
  }

  /** See {@linkcode Audience}. */
  hear(peer: string, stanza: XmlElement, receiver: string | undefined): void {
    if (this.#isOver || !isSpeech(stanza)) return;
    const open = this.#openFor(peer, receiver);
    const nowT = this.#stage?.t ?? 0;
    let nearest: { readonly expectation: Expectation; readonly mismatch: Mismatch } | undefined;
    for (const expectation of open) {
      const { hear } = expectation;
      const mismatch = matchStanza(
        hear.stanza,
        this.#addressed(stanza, hear, receiver),
        this.#bindings,
      );
      if (mismatch === undefined) return this.#accept(expectation, stanza, nowT);
      const alike = commandOf(hear.stanza) === commandOf(stanza) &&
        isAck(hear.stanza) === isAck(stanza);
      if (alike && this.#isDue(hear, nowT)) nearest ??= { expectation, mismatch };
    }
    if (nearest === undefined) {
      const came = summarizeStanza(stanza);
      return this.#report({ kind: "unexpected", line: this.#line, t: nowT, peer, came });
    }
    nearest.expectation.settled = true;
    this.#bindId(nearest.expectation.hear, stanza);
    this.#report(changed(nearest.expectation.hear, stanza, nowT, nearest.mismatch));
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

  /** Lets time pass, and says what has waited for the peer as soon as it may be said. */
  async #reach(t: number): Promise<void> {
    const stage = this.#stage;
    while (stage !== undefined && !this.#isOver) {
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
    if (say.needs.some((hear) => this.#byHear.get(hear)?.settled === false)) return false;
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
      const expectation = this.#byHear.get(hear);
      if (expectation?.settled === false) this.#giveUp(expectation);
    }
    if (this.#isOver) return;
    const { id } = say.stanza.attrs;
    if (id !== undefined && !this.#bindings.knows("id", id)) {
      this.#bindings.bind("id", id, this.#options.newId?.(id) ?? id);
    }
    this.#saidT.set(say, stage.t);
    this.#line = Math.max(this.#line, say.line);
    const stanza = translateStanza(say.stanza, this.#bindings, this.#given);
    this.#options.onStep?.("said", say.line, stanza);
    await stage.say(say.speaker, stanza);
  }

  async #listenToTheEnd(stage: Stage): Promise<void> {
    const { lingerSeconds = 1 } = this.#options;
    const { endT } = this.#script;
    await this.#reach(endT + lingerSeconds);
    const waits = () => this.#expectations.some(({ settled }) => !settled);
    while (this.#waiting.length > 0 && !this.#isOver) {
      await this.#reach(stage.t + stage.patienceSeconds);
    }
    if (!stage.keepsTime && waits()) {
      await stage.until(stage.t + stage.patienceSeconds, () => this.#isOver || !waits());
    }
    for (const expectation of this.#expectations) {
      if (!expectation.settled && !this.#isOver) this.#giveUp(expectation);
    }
  }

  /**
   * What a peer may say now. What answers the last thing said comes first: of two equal answers, an
   * earlier one may never come.
   */
  #openFor(peer: string, receiver: string | undefined): Expectation[] {
    const open = this.#expectations.filter(({ hear, settled }) =>
      !settled && hear.peer === peer &&
      (receiver === undefined || hear.receivers.includes(receiver)) &&
      (hear.cause === undefined || this.#saidT.has(hear.cause))
    );
    const causeLine = ({ hear }: Expectation) => hear.cause?.line ?? 0;
    return open.sort((one, other) =>
      causeLine(other) - causeLine(one) || one.hear.line - other.hear.line
    );
  }

  #accept(expectation: Expectation, stanza: XmlElement, nowT: number): void {
    const { hear } = expectation;
    expectation.settled = true;
    this.#learnData(hear, stanza);
    const { line, peer } = hear;
    const expected = summarizeStanza(hear.stanza);
    const came = summarizeStanza(stanza);
    const dueT = this.#dueT(hear);
    const detail = `at ${dueT.toFixed(1)} s in the trace, at ${nowT.toFixed(1)} s now`;
    const { keepsTime = false } = this.#stage ?? {};
    if (keepsTime && !this.#isDue(hear, nowT)) {
      return this.#report({ kind: "early", line, t: nowT, peer, expected, came, detail });
    }
    if (keepsTime && nowT > dueT + this.#lateSeconds(hear)) {
      return this.#report({ kind: "late", line, t: nowT, peer, expected, came, detail });
    }
    if (hear.after !== undefined && this.#byHear.get(hear.after)?.settled === false) {
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

  /** When something is expected: as long after its cause as in the trace. */
  #dueT({ cause, t }: Hear): number {
    const saidT = cause === undefined ? undefined : this.#saidT.get(cause);
    return cause === undefined || saidT === undefined ? t : saidT + (t - cause.t);
  }

  #isDue(hear: Hear, nowT: number): boolean {
    const waitSeconds = this.#waitSeconds(hear);
    return nowT >= this.#dueT(hear) - EARLY_SECONDS - SAME_SHARE * waitSeconds;
  }

  #lateSeconds(hear: Hear): number {
    return LATE_SECONDS + SAME_SHARE * this.#waitSeconds(hear);
  }

  /** How long the peer was silent before it said this. */
  #waitSeconds(hear: Hear): number {
    const before = this.#expectations.findLast((other) =>
      other.hear.peer === hear.peer && other.hear.line < hear.line
    );
    return hear.t - (before?.hear.t ?? hear.cause?.t ?? hear.t);
  }

  /** Gives up what should have come long ago. */
  #expire(): void {
    const stage = this.#stage;
    if (stage === undefined || !stage.keepsTime) return;
    for (const expectation of this.#expectations) {
      const { hear, settled } = expectation;
      if (settled || (hear.cause !== undefined && !this.#saidT.has(hear.cause))) continue;
      if (stage.t > this.#dueT(hear) + this.#lateSeconds(hear)) this.#giveUp(expectation);
    }
  }

  #giveUp(expectation: Expectation): void {
    expectation.settled = true;
    this.#report(missing(expectation.hear, this.#stage?.t ?? 0));
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

/** True for what is compared: not the presence that every session announces. */
function isSpeech({ name, attrs }: XmlElement): boolean {
  return name !== "presence" || attrs["to"] !== undefined;
}

function isAck({ attrs }: XmlElement): boolean {
  return attrs["ack"] !== undefined;
}
