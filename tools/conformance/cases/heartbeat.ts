/**
 * The components of a Heartbeat room (report 2.2.6), as the heartbeat tool sees them.
 *
 * @module
 */
import { type HashString, parseHashString } from "../../../lib/protocol/hash_string.ts";
import { xml } from "../../../lib/protocol/xml.ts";
import { againstHeartbeat } from "../case.ts";
import type { HeartbeatStage } from "../stage.ts";
import { CaseSkipped, must, mustEqual, mustMatch } from "../verdict.ts";

const PING = { command: "Heartbeat:ping" };
const GET_STATUS = "Heartbeat:getStatus";
const NUMBER = /^\d+(\.\d+)?$/;
/** How the original asks the whole room. */
const TO_ALL = { groupchat: true, noack: true } as const;

/** One component's address in the room. */
function oneOf({ room, nicks }: HeartbeatStage): string {
  const [nick] = nicks;
  if (nick === undefined) throw new CaseSkipped("There is no component in the room");
  return `${room}/${nick}`;
}

/** Hears a pong of every component. */
async function hearAll({ room, nicks, tool }: HeartbeatStage): Promise<void> {
  for (const nick of nicks) {
    await tool.hear("pong", { where: ({ from }) => from === `${room}/${nick}` });
  }
}

const ROOM = againstHeartbeat([
  {
    id: "heartbeat/room/1",
    level: "MUST",
    rule: "The components are in the room, under a nick each.",
    source: "report 4.5.2; measured",
    run: ({ nicks, room }) => {
      must(nicks.length > 0, `Nobody is in the room ${room}`);
      return Promise.resolve();
    },
  },
  {
    id: "heartbeat/room/2",
    level: "MUST",
    rule: "Chat in the room is not answered and does no harm.",
    source: "design",
    run: async (stage) => {
      const { room, tool } = stage;
      tool.send(
        xml("message", { to: room, type: "groupchat", id: tool.newId() }, xml("body", {}, "hello")),
      );
      await tool.hearNo("pong");
      tool.say(room, PING, TO_ALL);
      await hearAll(stage);
    },
  },
]);

const PINGS = againstHeartbeat([
  {
    id: "heartbeat/ping/1",
    level: "MUST",
    rule: "pong is used as a reply to Heartbeat:ping: every component in the room answers.",
    source: "report 2.2.6.4",
    run: async (stage) => {
      stage.tool.say(stage.room, PING, TO_ALL);
      await hearAll(stage);
    },
  },
  {
    id: "heartbeat/ping/2",
    level: "MUST",
    rule: "Replies come as private messages, not to the whole room.",
    source: "measured",
    run: async ({ room, tool }) => {
      tool.say(room, PING, TO_ALL);
      mustEqual((await tool.hear("pong")).groupchat, false, "Whether pong went to the room");
    },
  },
  {
    id: "heartbeat/ping/3",
    level: "SHOULD",
    rule: "pong wants no acknowledgement.",
    source: "measured",
    run: async ({ room, tool }) => {
      tool.say(room, PING, TO_ALL);
      must((await tool.hear("pong")).noack, "pong has no noack");
    },
  },
  {
    id: "heartbeat/ping/4",
    level: "MUST",
    rule: "A ping to one nick is answered by that component alone.",
    source: "measured",
    run: async (stage) => {
      const to = oneOf(stage);
      stage.tool.say(to, PING);
      mustEqual((await stage.tool.hear("pong")).from, to, "Who answered");
      await stage.tool.hearNo("pong");
    },
  },
  {
    id: "heartbeat/ping/5",
    level: "MUST",
    rule: "A component answers each ping once.",
    source: "report 2.2.6.4",
    run: async (stage) => {
      const to = oneOf(stage);
      for (let count = 0; count < 3; count++) stage.tool.say(to, PING);
      for (let count = 0; count < 3; count++) await stage.tool.hear("pong");
      await stage.tool.hearNo("pong");
    },
  },
  {
    id: "heartbeat/ping/6",
    level: "MUST",
    rule: "pong has the command and nothing else, encoded with the prefix _BASE64:.",
    source: "report 2.2.6.4, 2.1",
    run: async (stage) => {
      stage.tool.say(oneOf(stage), PING);
      const { stanza } = await stage.tool.hear("pong");
      const bodies = stanza.children.flatMap((child) =>
        typeof child !== "string" && child.name === "body" ? child.children : []
      );
      const infos = bodies.filter((child) => typeof child !== "string");
      mustEqual(infos.map(({ attrs }) => Object.keys(attrs)), [["command"]], "The attributes");
      mustMatch(infos[0]?.attrs["command"], /^_BASE64:/, "command");
    },
  },
  {
    id: "heartbeat/ping/7",
    level: "MUST",
    rule: "A ping with noack is answered.",
    source: "report 2.1",
    run: async (stage) => {
      stage.tool.say(oneOf(stage), PING, { noack: true });
      await stage.tool.hear("pong");
    },
  },
  {
    id: "heartbeat/ping/8",
    level: "MUST",
    rule: "A pong that nobody asked for is not answered.",
    source: "design",
    run: async (stage) => {
      stage.tool.say(oneOf(stage), { command: "pong" }, { noack: true });
      await stage.tool.hearNo(undefined);
    },
  },
  {
    id: "heartbeat/ping/9",
    level: "MUST",
    rule: "Other commands of the plugin's name are not answered.",
    source: "measured: Heartbeat:nosuch",
    run: async (stage) => {
      const to = oneOf(stage);
      stage.tool.say(to, { command: "Heartbeat:nosuch" });
      stage.tool.say(to, { command: "Heartbeat:" });
      await stage.tool.hearNo("pong");
      stage.tool.say(to, PING);
      await stage.tool.hear("pong");
    },
  },
  {
    id: "heartbeat/ping/10",
    level: "MUST",
    rule: "A ping to a component's full JID, past the room, is acknowledged and answered.",
    source: "measured",
    run: async ({ component, tool }) => {
      if (component === undefined) throw new CaseSkipped("No full JID of a component is known");
      const { from } = await tool.ask(component, PING, "pong");
      mustEqual(from, component, "Who answered");
    },
  },
]);

/** Asks one component for a status; reads the answer. */
async function statusOf(stage: HeartbeatStage, component: string): Promise<HashString> {
  stage.tool.say(oneOf(stage), { command: GET_STATUS, component });
  const { attributes } = await stage.tool.hear("haveStatus");
  return parseHashString(attributes["status"] ?? "");
}

/** Fields of a status: their names, and what a value looks like. */
const STATUS_FIELDS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  systemLoad: { "1min": NUMBER, "5min": NUMBER, "15min": NUMBER },
  diskUsage: {
    path: /^\S/,
    totalBlocks: /^\d+M?$/,
    used: /^\d+M?$/,
    available: /^\d+M?$/,
    "used%": /^\d+%?$/,
    mountpoint: /^\//,
  },
  memoryUsage: { memory: /^(mem|swap)$/, used: NUMBER, available: NUMBER },
  runningProcesses: { "%cpu": NUMBER, "%mem": NUMBER, rss: NUMBER, time: /\d/, command: /\S/ },
};

/** A field as a list: a list of one comes back as a text. */
function itemsOf(status: HashString, name: string): readonly string[] {
  const value = status[name];
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

const STATUS = againstHeartbeat([
  ...Object.entries(STATUS_FIELDS).map(([component, fields], index) => ({
    id: `heartbeat/getStatus/${index + 1}`,
    level: "MUST" as const,
    rule: `getStatus of ${component} is answered with haveStatus: ${
      Object.keys(fields).join(", ")
    }.`,
    source: "report 2.2.6.1, 2.2.6.2; measured",
    known: component === "memoryUsage"
      ? { perl: "it calls free -o, which procps has no longer: the status is empty" }
      : undefined,
    run: async (stage: HeartbeatStage) => {
      const status = await statusOf(stage, component);
      const lengths = Object.entries(fields).map(([name, pattern]) => {
        const items = itemsOf(status, name);
        must(items.length > 0, `The status has no ${name}`);
        for (const item of items) mustMatch(item, pattern, name);
        return items.length;
      });
      mustEqual(new Set(lengths).size, 1, "Number of different lengths of the lists");
    },
  })),
  {
    id: "heartbeat/getStatus/5",
    level: "MUST",
    rule: "component of the answer is the one whose status is reported.",
    source: "report 2.2.6.2",
    run: async (stage) => {
      stage.tool.say(oneOf(stage), { command: GET_STATUS, component: "memoryUsage" });
      const { attributes } = await stage.tool.hear("haveStatus");
      mustEqual(attributes["component"], "memoryUsage", "component");
    },
  },
  {
    id: "heartbeat/getStatus/6",
    level: "MUST",
    rule: "Asked in the room, every component answers privately.",
    source: "measured",
    run: async (stage) => {
      const { room, nicks, tool } = stage;
      tool.say(room, { command: GET_STATUS, component: "systemLoad" }, TO_ALL);
      for (const nick of nicks) {
        const where = ({ from }: { readonly from: string }) => from === `${room}/${nick}`;
        const { groupchat } = await tool.hear("haveStatus", { where });
        mustEqual(groupchat, false, "Whether haveStatus went to the room");
      }
    },
  },
  {
    id: "heartbeat/getStatus/7",
    level: "MUST",
    rule: "A component that is not known is not answered and does no harm.",
    source: "report 2.2.6.1: accepted values",
    run: async (stage) => {
      const to = oneOf(stage);
      stage.tool.say(to, { command: GET_STATUS, component: "noSuchComponent" });
      stage.tool.say(to, { command: GET_STATUS });
      await stage.tool.hearNo("haveStatus");
      await statusOf(stage, "systemLoad");
    },
  },
]);

/** Cases about Heartbeat. */
export const HEARTBEAT_CASES = [...ROOM, ...PINGS, ...STATUS];
