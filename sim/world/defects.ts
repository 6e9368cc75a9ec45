/**
 * Known defects, to be put back in: whoever looks for bugs must find these.
 *
 * @module
 */
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { encodeMessage } from "../../lib/protocol/message.ts";
import { parseJobDescription } from "../../lib/protocol/job.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { glance } from "./peek.ts";
import { QUEUE } from "./queue_data.ts";

/** What a defect puts in the place of a manager's seams. */
export interface Defect {
  /** What is wrong, in a sentence. */
  readonly summary: string;
  /** The job store with the defect. */
  readonly store?: ((store: JobStore, calls: RedisCalls) => JobStore) | undefined;
  /** The link with the defect. */
  readonly link?: ((link: Link) => Link) | undefined;
}

/** All of them. */
export const DEFECTS = {
  "pop-without-lease": {
    summary:
      "A job that is handed out is taken out of the queue and nothing else, as by the original",
    store: (store, calls) => overriding(store, { lease: () => popNext(calls) }),
  },
  "ack-before-commit": {
    summary: "A command is acknowledged before its effect is stored",
    link: ackEarly,
  },
  "no-fence": {
    summary: "Whoever reports a job's end is believed",
    store: (store) =>
      overriding(store, {
        holds: () => Promise.resolve(true),
        complete: async (completion) => {
          const { token, agent = completion.agent } = await store.get(completion.id) ??
            { token: completion.token };
          return await store.complete({ ...completion, token, agent });
        },
      }),
  },
  "four-fold": {
    summary: "A command that comes again is processed up to four times, as by the original",
    link: (link) => forgetful(link, 4),
  },
} as const satisfies Readonly<Record<string, Defect>>;

/** Name of a defect. */
export type DefectName = keyof typeof DEFECTS;

/** All names. */
export const DEFECT_NAMES = Object.keys(DEFECTS) as readonly DefectName[];

/** A store some of whose methods are replaced. */
function overriding(store: JobStore, methods: Partial<JobStore>): JobStore {
  return new Proxy(store, {
    get(target, key) {
      const own = Reflect.get(methods, key);
      if (own !== undefined) return own;
      const member = Reflect.get(target, key, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

async function popNext(calls: RedisCalls): ReturnType<JobStore["lease"]> {
  const id = await calls.call(["RPOP", QUEUE]);
  if (typeof id !== "string") return { invalid: [] };
  const description = await calls.call(["GET", `job:${id}:description`]);
  const job = { id, ...parseJobDescription(`${description}`) };
  return { lease: { job, token: 1, attempt: 1, leasedMs: 0, repeated: false }, invalid: [] };
}

/** A link that acknowledges what comes in before anybody has looked at it. */
function ackEarly(link: Link): Link {
  return through(link, {
    in: (stanza, pass) => {
      const { what, id } = glance(stanza);
      const isCommand = what !== "" && what !== "ack" && what !== "error";
      if (isCommand && stanza.attrs["noack"] === undefined) {
        const { from = "", to = "" } = stanza.attrs;
        link.send(encodeMessage({ kind: "ack", from: to, to: from, ack: id }));
      }
      pass(stanza);
    },
    out: (stanza, pass) => pass(stanza),
  });
}

/** A link on which each of the first copies of a message looks like a message of its own. */
function forgetful(link: Link, most: number): Link {
  const copies = new Map<string, number>();
  return through(link, {
    in: (stanza, pass) => {
      const { what, id } = glance(stanza);
      if (what === "" || what === "ack" || what === "error") return pass(stanza);
      const key = `${stanza.attrs["from"]} ${id}`;
      const copy = Math.min(most, (copies.get(key) ?? 0) + 1);
      copies.set(key, copy);
      pass({ ...stanza, attrs: { ...stanza.attrs, id: `${id}~${copy}` } });
    },
    out: (stanza, pass) => {
      const { ack } = stanza.attrs;
      if (ack === undefined) return pass(stanza);
      pass({ ...stanza, attrs: { ...stanza.attrs, ack: ack.replace(/~\d$/, "") } });
    },
  });
}

type Passage = (stanza: XmlElement, pass: (stanza: XmlElement) => void) => void;

/** A link whose stanzas go through functions. */
function through(link: Link, ways: { readonly in: Passage; readonly out: Passage }): Link {
  return {
    get jid() {
      return link.jid;
    },
    open: (handler) =>
      link.open({
        onStanza: (stanza) => ways.in(stanza, (passed) => handler.onStanza(passed)),
        onStatus: (status) => handler.onStatus(status),
      }),
    send: (stanza) => ways.out(stanza, (passed) => link.send(passed)),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}
