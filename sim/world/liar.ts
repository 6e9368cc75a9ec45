/**
 * A link on which a false agent sits: beside what the role says it repeats old reports, reports jobs of
 * others, guesses tokens, and writes exit codes that are none.
 *
 * @module
 */
import type { Link, LinkHandler } from "../../lib/messaging/link.ts";
import { formatCommand } from "../../lib/protocol/command_codec.ts";
import type { JobDone } from "../../lib/protocol/commands.ts";
import { encodeMessage, type EnvelopeForm } from "../../lib/protocol/message.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import type { Dice } from "./fate.ts";
import type { Habits } from "./habits.ts";
import type { Life } from "./life.ts";
import { commandOf, glance } from "./peek.ts";

/** Mean time between two lies. */
const LIE_MS = 10 * 60_000;
/** Own reports that are remembered. */
const MOST_REPORTS = 20;
/** Exit codes that are none, and some that only look odd. */
const ODD_CODES = ["", "-1", "1e3", "0x0", "256.5", "abc", "0 ", "99999999999999999999", "0"];
/** Jobs that a liar knows of by their names. */
const GUESSED_JOBS = 100;

/** A link that lies. */
export class Liar implements Link {
  readonly #link: Link;
  readonly #life: Life;
  readonly #dice: Dice;
  readonly #reports: { readonly to: string; readonly report: JobDone }[] = [];
  readonly #form: EnvelopeForm;
  #lies = 0;

  /**
   * @param link The true link.
   * @param life The process; it lies as long as it lives.
   * @param dice Decide when and what.
   * @param habits Say in which form lies get through.
   */
  constructor(link: Link, life: Life, dice: Dice, { envelope, emptiesMessages }: Habits) {
    this.#form = envelope === "namespaced" || emptiesMessages ? "namespaced" : "original";
    this.#link = link;
    this.#life = life;
    this.#dice = dice;
  }

  get jid() {
    return this.#link.jid;
  }

  open(handler: LinkHandler) {
    this.#lieLater();
    return this.#link.open(handler);
  }

  send(stanza: XmlElement): void {
    if (glance(stanza).what === "jobDone") this.#learn(stanza);
    this.#link.send(stanza);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  #learn(stanza: XmlElement): void {
    const report = commandOf(stanza);
    if (report?.command !== "jobDone") return;
    this.#reports.push({ to: stanza.attrs["to"] ?? "", report });
    if (this.#reports.length > MOST_REPORTS) this.#reports.shift();
  }

  #lieLater(): void {
    const waitMs = this.#dice.wait(LIE_MS);
    this.#life.clock.after(waitMs, () => {
      this.#lie();
      this.#lieLater();
    });
  }

  /** Says something that is not so. */
  #lie(): void {
    const [kind, which, odd] = [
      this.#dice.fraction(),
      this.#dice.fraction(),
      this.#dice.fraction(),
    ];
    const lies = this.#dice.on("jobDone").strike("lie", 1) !== undefined;
    const old = this.#reports[Math.floor(which * this.#reports.length)];
    if (!lies || old === undefined || this.#link.jid === undefined) return;
    const exitCode = ODD_CODES[Math.floor(odd * ODD_CODES.length)] ?? "";
    const foreign = `job-${Math.floor(which * GUESSED_JOBS)}`;
    const token = 1 + Math.floor(odd * 4);
    const report: JobDone = kind < 0.4
      ? old.report
      : kind < 0.7
      ? { ...old.report, exitCode }
      : { ...old.report, jobID: foreign, jmJobData: `token=${token}####ownDirectory=1####` };
    this.#link.send(encodeMessage({
      kind: "command",
      from: this.#link.jid.bare,
      to: old.to,
      id: `lie-${this.#life.name}-${this.#lies++}`,
      noack: false,
      groupchat: false,
      info: formatCommand(report),
      form: this.#form,
    }));
  }
}
