/**
 * Processes that die: everything that a role does goes through its seams, so a role dies when its seams
 * go dead. What it has begun never settles, as after `kill -9`.
 *
 * @module
 */
import type { Link, LinkHandler } from "../../lib/messaging/link.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";

/** A point at which a process can die: before or after a call of a seam, such as `store.lease`. */
export interface Step {
  readonly call: string;
  readonly phase: "before" | "after";
}

/** Life of one process. */
export class Life {
  /** All steps so far. */
  readonly steps: Step[] = [];
  #dead = false;
  #onDeath: (() => void)[] = [];

  /** @param dieAt Told of each step with its number; true: the process dies there. */
  constructor(readonly dieAt: (step: Step, index: number) => boolean = () => false) {}

  /** True after death. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Kills the process. */
  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const callback of this.#onDeath) callback();
  }

  /** Calls back at death. */
  onDeath(callback: () => void): void {
    this.#onDeath.push(callback);
  }

  /** Makes a step; false where the process is dead, before it or by it. */
  survives(call: string, phase: Step["phase"]): boolean {
    if (this.#dead) return false;
    this.steps.push({ call, phase });
    if (this.dieAt({ call, phase }, this.steps.length - 1)) this.kill();
    return !this.#dead;
  }
}

const targets = new WeakMap<object, object>();

function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/**
 * Ties a seam to a life.
 *
 * @param seam An object with asynchronous methods.
 * @param name Its name in {@linkcode Step.call}.
 * @param life The life.
 * @returns The same object, dead with the process.
 */
export function mortal<Seam extends object>(seam: Seam, name: string, life: Life): Seam {
  const proxy = new Proxy(seam, {
    get(target, key) {
      const member = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const call = `${name}.${String(key)}`;
        if (life.dead) return never();
        const plain = args.map((arg) => targets.get(arg as object) ?? arg);
        // A look at nothing but memory is no step.
        if (key === "path" || key === Symbol.asyncDispose) return member.apply(target, plain);
        if (!life.survives(call, "before")) return never();
        const result = member.apply(target, plain);
        if (!(result instanceof Promise)) return result;
        return result.then(
          (value) => life.survives(call, "after") ? value : never(),
          (error) => life.dead ? never() : Promise.reject(error),
        );
      };
    },
  });
  targets.set(proxy, seam);
  return proxy;
}

/** Ties a link to a life: at death the session ends without a word. */
export function mortalLink(link: Link, life: Life): Link {
  life.onDeath(() => void link[Symbol.asyncDispose]());
  return {
    get jid() {
      return link.jid;
    },
    open(handler: LinkHandler) {
      return link.open({
        onStanza: (stanza) => life.dead ? undefined : handler.onStanza(stanza),
        onStatus: (status) => life.dead ? undefined : handler.onStatus(status),
      });
    },
    send(stanza: XmlElement) {
      if (!life.survives(`link.send ${stanza.name}`, "before")) return;
      link.send(stanza);
      life.survives(`link.send ${stanza.name}`, "after");
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}
