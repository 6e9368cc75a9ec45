/** What the presence reporter tells of who comes and goes. */
import { assert, assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../lib/log.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { Presence } from "../../roles/presence.ts";
import type { Connection, ConnectionSource } from "../../roles/presence/connection_source.ts";
import type { OpenConnections, PresenceOptions } from "../../roles/presence/options.ts";
import { memoryLink } from "../../sim/xmpp/mod.ts";
import type { Hand } from "./_hand.ts";
import { Site } from "./_site.ts";

const UUID = "18225d4f-e3f7-4c18-9a18-d6c06992d272";
const VOLUNTEER = `agent_s-10829_1_7_${UUID}_-g@copilot.test/r`;

/** A source that says what the test says. */
function toldSource(): ConnectionSource & { who: Connection[]; failure: string | undefined } {
  return {
    who: [],
    failure: undefined,
    census() {
      if (this.failure !== undefined) return Promise.reject(new Error(this.failure));
      return Promise.resolve({ count: this.who.length, connections: this.who });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function connection(jid: string, address?: string): Connection {
  return { jid: Jid.parse(jid), address };
}

/** Puts what the monitor heard into two lists: in short what became of documents, and numbers. */
function listen(monitor: Hand, documents: unknown[], numbers: string[]): void {
  for (const { command, noack } of monitor.commands.splice(0)) {
    assert(noack);
    switch (command.command) {
      case "reportEventValue":
        numbers.push(`${command.component} ${command.event} = ${command.value}`);
        break;
      case "storeEventDetails":
        documents.push(JSON.parse(command.details));
        break;
      case "updateEventDetails":
        documents.push(`${command.session} ${command.updates}`);
        break;
      default:
        documents.push(command.command);
    }
  }
}

async function withPresence(
  setup: Partial<PresenceOptions>,
  test: (scene: {
    readonly site: Site;
    readonly source: ReturnType<typeof toldSource>;
    /** What became of documents since the last time. */
    readonly heard: () => unknown[];
    /** Numbers reported since the last time. */
    readonly counted: () => string[];
    readonly log: () => readonly string[];
  }) => Promise<void>,
): Promise<void> {
  await using site = new Site();
  const { clock } = site;
  const source = toldSource();
  const sink = memorySink();
  const monitor = site.hand("mon");
  const presence = new Presence({
    link: memoryLink(site.broker, { user: "presence", clock, random: site.random() }),
    monitor: "mon@localhost",
    host: "copilot.test",
    source,
    log: createLogger({ sinks: [sink], clock }),
    clock,
    random: site.random(),
    ...setup,
  });
  const stopped = new AbortController();
  const running = presence.run(stopped.signal);
  await site.pass(0);
  const documents: unknown[] = [];
  const numbers: string[] = [];
  await test({
    site,
    source,
    heard: () => {
      listen(monitor, documents, numbers);
      return documents.splice(0);
    },
    counted: () => {
      listen(monitor, documents, numbers);
      return numbers.splice(0);
    },
    log: () => sink.records.map(({ message }) => message),
  });
  stopped.abort(new Error("The test is over"));
  await site.pass(0);
  await running;
}

Deno.test("Presence has a document stored for an agent that comes, as the original's module", () =>
  withPresence({ locate: () => [6.1, 46.2] }, async ({ site, source, heard }) => {
    source.who = [connection(VOLUNTEER, "192.0.2.1"), connection("jm@copilot.test/alpha")];
    await site.pass(10);
    assertEquals(heard(), [{
      user: `agent_s-10829_1_7_${UUID}_-g`,
      host: "copilot.test",
      resource: "r",
      loc: [6.1, 46.2],
      agent_data: {
        component: "agent",
        id: "s-10829",
        cpus: "1",
        rev: "7",
        uuid: UUID,
        ukn: "-g",
      },
      succeeded_jobs: 0,
      failed_jobs: 0,
      contributed_time: 0,
      connected: true,
      address: "192.0.2.1",
    }]);
    await site.pass(40);
    assertEquals(heard(), []);
  }));

Deno.test("Presence reports how many are connected when it knows first, then once a minute", () =>
  withPresence({}, async ({ site, source, counted }) => {
    source.who = [connection("jm@copilot.test/a"), connection("mon@copilot.test/b")];
    await site.pass(10);
    assertEquals(counted(), ["ejabberd.copilot.test connected = 2"]);
    source.who.pop();
    await site.pass(49);
    assertEquals(counted(), []);
    await site.pass(1);
    assertEquals(counted(), ["ejabberd.copilot.test connected = 1"]);
  }));

Deno.test("Presence closes the document of an agent that has gone, and of one that came back first", () =>
  withPresence({}, async ({ site, source, heard }) => {
    const closed = `${UUID} {"$set":{"connected":false}}`;
    source.who = [connection(VOLUNTEER)];
    await site.pass(10);
    heard();
    source.who = [connection(`${VOLUNTEER}2`)];
    await site.pass(10);
    const [first, second, ...rest] = heard();
    assertEquals([first, rest], [closed, []]);
    assertEquals((second as { resource: string }).resource, "r2");
    source.who = [];
    await site.pass(10);
    assertEquals(heard(), [closed]);
  }));

Deno.test("Presence closes nothing and counts nobody while the server cannot be asked", () =>
  withPresence({}, async ({ site, source, heard, counted, log }) => {
    source.who = [connection(VOLUNTEER)];
    await site.pass(10);
    heard();
    counted();
    source.failure = "no route to host";
    await site.pass(60);
    assertEquals([heard(), counted()], [[], []]);
    const complaint = "Cannot see who is connected: no route to host";
    assertEquals(log().filter((line) => line === complaint).length, 1);
    source.failure = undefined;
    await site.pass(10);
    assertEquals([heard(), counted()], [[], ["ejabberd.copilot.test connected = 1"]]);
  }));

Deno.test("Presence that was restarted closes what has gone meanwhile, and stores nothing twice", async () => {
  let saved: ReadonlyMap<string, string> = new Map();
  const kept: OpenConnections = {
    load: () => Promise.resolve(saved),
    save: (open) => Promise.resolve(void (saved = open)),
  };
  await withPresence({ kept }, async ({ site, source }) => {
    source.who = [connection(VOLUNTEER), connection("agent-7@copilot.test/x")];
    await site.pass(10);
  });
  await withPresence({ kept }, async ({ site, source, heard }) => {
    source.who = [connection(VOLUNTEER)];
    await site.pass(10);
    assertEquals(heard(), ['agent-7 {"$set":{"connected":false}}']);
  });
});

Deno.test("Presence tells of ten thousand agents that are there at once in bounded bursts, of each once", () =>
  withPresence({}, async ({ site, source, heard }) => {
    const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    source.who = Array.from(
      { length: 10_000 },
      (_, n) => connection(`agent_s-1_1_7_${uuid(n)}_-g@copilot.test/r`),
    );
    const stored = new Set<unknown>();
    const bursts: number[] = [];
    for (let look = 0; look < 12; look++) {
      await site.pass(10);
      const documents = heard().filter((said) => typeof said === "object") as { user: string }[];
      bursts.push(documents.length);
      for (const { user } of documents) stored.add(user);
    }
    assertEquals(bursts, [...Array(10).fill(1000), 0, 0]);
    assertEquals(stored.size, 10_000);
  }));
