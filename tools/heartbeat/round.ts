/**
 * One question and the answers to it.
 *
 * @module
 */
import type {
  HaveStatus,
  HeartbeatGetStatus,
  HeartbeatPing,
  Pong,
} from "../../lib/protocol/commands.ts";
import type { Jid } from "../../lib/protocol/jid.ts";
import type { StatusComponent } from "../../lib/messaging/heartbeat_status.ts";
import type { Target } from "./targets.ts";

/** What can be asked: who is there, or how their machines are. */
export type Question = "list" | StatusComponent;

/** A component that has answered. */
export interface Answer {
  /** Who. */
  readonly target: Target;
  /** Full JID, where it is known. */
  readonly jid: string | undefined;
  /** Time between question and answer in milliseconds. */
  readonly afterMs: number;
  /** The status as it came; empty for `list`. */
  readonly status: string;
}

/** A component that has not. */
export interface Silence {
  /** Who. */
  readonly target: Target;
  /** Why no answer can come, or that none came in time. */
  readonly reason: "no answer" | "not in the room" | "left the room" | "not reachable";
}

/** How a round ended. */
export interface RoundResult {
  /** In the order in which they came. */
  readonly answers: readonly Answer[];
  /** In the order in which they were asked. */
  readonly silent: readonly Silence[];
}

/** The command that asks a question. */
export function commandFor(question: Question): HeartbeatPing | HeartbeatGetStatus {
  return question === "list"
    ? { command: "Heartbeat:ping" }
    : { command: "Heartbeat:getStatus", component: question };
}

/** A round: who still has to answer. */
export class Round {
  readonly #question: Question;
  readonly #waitedFor: Map<string, Target>;
  readonly #answers: Answer[] = [];
  readonly #silent: Silence[] = [];
  readonly #over = Promise.withResolvers<void>();

  /**
   * Begins with nobody having answered.
   *
   * @param question What is asked.
   * @param targets Who is asked.
   */
  constructor(question: Question, targets: readonly Target[]) {
    this.#question = question;
    this.#waitedFor = new Map(targets.map((target) => [target.address, target]));
    this.#check();
  }

  /** Resolves when nobody is left who could answer. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** What is known so far; who has not answered yet counts as silent. */
  get result(): RoundResult {
    const late = [...this.#waitedFor.values()].map((target) =>
      ({ target, reason: "no answer" }) as const
    );
    return { answers: this.#answers, silent: [...this.#silent, ...late] };
  }

  /**
   * Takes an answer.
   *
   * @param command The answer.
   * @param from Who gave it.
   * @param more Time since the question, and the full JID where it is known.
   */
  take(
    command: Pong | HaveStatus,
    from: Jid,
    more: { readonly afterMs: number; readonly jid: string | undefined },
  ): void {
    if (!this.#isAnswer(command)) return;
    // A question to an account is answered by one of its sessions.
    const target = this.#waitedFor.get(from.full) ?? this.#waitedFor.get(from.bare);
    if (target === undefined) return;
    this.#waitedFor.delete(target.address);
    const status = command.command === "haveStatus" ? command.status : "";
    this.#answers.push({ target, status, ...more });
    this.#check();
  }

  /** Waits no longer for a target. */
  giveUp(address: string, reason: Silence["reason"]): void {
    const target = this.#waitedFor.get(address);
    if (target === undefined) return;
    this.#waitedFor.delete(address);
    this.#silent.push({ target, reason });
    this.#check();
  }

  #isAnswer(command: Pong | HaveStatus): boolean {
    if (command.command === "pong") return this.#question === "list";
    // The original leaves out what it was asked for with `runningProcesses`.
    return command.component === this.#question ||
      (command.component === "" && this.#question === "runningProcesses");
  }

  #check(): void {
    if (this.#waitedFor.size === 0) this.#over.resolve();
  }
}
