/**
 * Monitors (report 2.2.5): documents of connections in MongoDB, and how a monitor answers.
 *
 * @module
 */
import type { Document } from "mongodb";
import { againstMonitor } from "../case.ts";
import { must, mustEqual } from "../verdict.ts";
import { mustStore, reportEvent, storeDetails, updateDetails } from "./_monitor_side.ts";

const NEEDS = ["mongodb"] as const;
const TRACE = "measured: monitor-real-mongo-ops";
/** How far the clocks of the suite and the monitor may be apart. */
const SKEW_MS = 300_000;

const one = (documents: readonly Document[]) => documents.length === 1;

const DOCUMENTS = againstMonitor([
  {
    id: "monitor/details/1",
    level: "MUST",
    rule: "storeEventDetails stores its document in copilot.connections, as it is.",
    source: TRACE,
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      const [document = {}] = await mustStore(stage, one);
      const { host, loc, agent_data, connected, succeeded_jobs } = document;
      mustEqual(
        [host, loc, agent_data["uuid"], connected, succeeded_jobs],
        ["conformance.example", [6.1, 46.2], stage.uuid, true, 0],
        "host, loc, agent_data.uuid, connected and succeeded_jobs",
      );
    },
  },
  {
    id: "monitor/details/2",
    level: "MUST",
    rule: "created_at and updated_at are added to it, as dates.",
    source: TRACE,
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      const [document = {}] = await mustStore(stage, one);
      for (const name of ["created_at", "updated_at"]) {
        const value: unknown = document[name];
        must(value instanceof Date, `${name} is no date: ${JSON.stringify(value)}`);
        const apartMs = Math.abs(value.getTime() - stage.clock.now());
        must(apartMs < SKEW_MS, `${name} is ${apartMs / 1000} s off`);
      }
    },
  },
  {
    id: "monitor/details/3",
    level: "MUST",
    rule: "updateEventDetails changes the open connection of the agent whose UUID its session is.",
    source: `${TRACE}; report 2.2.5.5`,
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      await mustStore(stage, one);
      updateDetails(stage, { $inc: { succeeded_jobs: 1, contributed_time: 12.5 } });
      updateDetails(stage, { $inc: { succeeded_jobs: 1, contributed_time: 2 } });
      const isRight = ([document]: readonly Document[]) => document?.["contributed_time"] === 14.5;
      const [document] = await mustStore(stage, isRight);
      mustEqual(document?.["succeeded_jobs"], 2, "succeeded_jobs");
    },
  },
  {
    id: "monitor/details/4",
    level: "MUST",
    rule: "A closed connection is changed no more.",
    source: TRACE,
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      updateDetails(stage, { $set: { connected: false } });
      updateDetails(stage, { $inc: { failed_jobs: 1 } });
      storeDetails(stage, { resource: "second" });
      const documents = await mustStore(stage, ({ length }) => length === 2);
      mustEqual(
        documents.map(({ resource, connected, failed_jobs }) => [resource, connected, failed_jobs]),
        [["r", false, 0], ["second", true, 0]],
        "resource, connected and failed_jobs",
      );
    },
  },
  {
    id: "monitor/details/5",
    level: "MUST",
    rule: "After the agent has come back, its new connection is changed.",
    source: TRACE,
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      updateDetails(stage, { $set: { connected: false } });
      storeDetails(stage, { resource: "second" });
      updateDetails(stage, { $inc: { succeeded_jobs: 1 } });
      const isRight = (documents: readonly Document[]) =>
        documents.some(({ succeeded_jobs }) => succeeded_jobs === 1);
      const documents = await mustStore(stage, isRight);
      mustEqual(
        documents.map(({ resource, succeeded_jobs }) => [resource, succeeded_jobs]),
        [["r", 0], ["second", 1]],
        "resource and succeeded_jobs",
      );
    },
  },
  {
    id: "monitor/details/6",
    level: "SHOULD",
    rule: "The report's name of the attribute, event, is understood, too.",
    source: "report 2.2.5.5",
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      updateDetails(stage, { $inc: { failed_jobs: 1 } }, "event");
      await mustStore(stage, ([document]) => document?.["failed_jobs"] === 1);
    },
  },
]);

const REFUSALS = againstMonitor([
  {
    id: "monitor/details/7",
    level: "SHOULD",
    rule: "Operators beyond those that components use are refused.",
    source: "design: updates come from the wire",
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage);
      updateDetails(stage, { $rename: { host: "stolen" } });
      updateDetails(stage, { $set: { last: true } });
      const [document] = await mustStore(stage, ([document]) => document?.["last"] === true);
      mustEqual(document?.["host"], "conformance.example", "host");
    },
  },
  {
    id: "monitor/details/8",
    level: "MUST",
    rule: "Details that are no JSON store nothing, and what follows is stored.",
    source: "design",
    needs: NEEDS,
    run: async (stage) => {
      stage.say({ command: "storeEventDetails", details: "{" });
      stage.say({ command: "updateEventDetails", session: stage.uuid, updates: "[]" });
      storeDetails(stage);
      await mustStore(stage, one);
    },
  },
  {
    id: "monitor/details/9",
    level: "SHOULD",
    rule: "A document whose names begin with `$` is refused.",
    source: "design: documents come from the wire",
    needs: NEEDS,
    run: async (stage) => {
      storeDetails(stage, { $where: "1" });
      storeDetails(stage, { resource: "second" });
      const documents = await mustStore(stage, ({ length }) => length > 0);
      mustEqual(documents.map(({ resource }) => resource), ["second"], "resource");
    },
  },
]);

const ANSWERS = againstMonitor([
  {
    id: "monitor/ack/1",
    level: "MUST",
    rule: "A report with noack is not acknowledged.",
    source: "report 2.2.1.3; trace monitor-events",
    run: async ({ peer, monitor, component }) => {
      const event = { command: "reportEvent", component, event: "job.start" };
      await peer.hearNoAck(peer.say(monitor, event, { noack: true }));
    },
  },
  {
    id: "monitor/ack/2",
    level: "MUST",
    rule: "A report without noack is acknowledged.",
    source: "report 2.2.1.3",
    run: async ({ peer, monitor, component }) => {
      await peer.hearAck(
        peer.say(monitor, { command: "reportEvent", component, event: "job.start" }),
      );
    },
  },
  {
    id: "monitor/ack/3",
    level: "MUST",
    rule: "A report is answered by no command.",
    source: "report 2.2.5",
    run: async (stage) => {
      reportEvent(stage, "job.start");
      await stage.peer.hearNo(undefined);
    },
  },
  {
    id: "monitor/unknown/1",
    level: "MUST",
    rule: "An unknown command does no harm.",
    source: "design",
    run: async ({ peer, monitor, component }) => {
      peer.say(monitor, { command: "conformanceNoSuchThing", component }, { noack: true });
      peer.say(monitor, { command: "reportEvent" }, { noack: true });
      await peer.hearAck(
        peer.say(monitor, { command: "reportEvent", component, event: "job.start" }),
      );
    },
  },
  {
    id: "monitor/heartbeat/1",
    level: "MUST",
    rule: "Heartbeat:ping is answered with pong.",
    source: "report 2.2.6",
    run: async ({ peer, monitor }) => {
      await peer.ask(monitor, { command: "Heartbeat:ping" }, "pong");
    },
  },
]);

/** All of them. */
export const MONITOR_DETAIL_CASES = [...DOCUMENTS, ...REFUSALS, ...ANSWERS];
