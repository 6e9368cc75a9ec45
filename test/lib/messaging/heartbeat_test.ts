/** What the Heartbeat plugin answers, to whom and in which form. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createLogger, memorySink } from "../../../lib/log.ts";
import type { Host, ProcessReading } from "../../../lib/machine/host.ts";
import { heartbeat } from "../../../lib/messaging/heartbeat.ts";
import { STATUS_COMPONENTS } from "../../../lib/messaging/heartbeat_status.ts";
import { formatCommand, parseCommand } from "../../../lib/protocol/command_codec.ts";
import { parseHashString } from "../../../lib/protocol/hash_string.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { modelHost, type ModelHostOptions } from "../../../sim/machine/model_host.ts";
import { messagesOf } from "../../traces.ts";

const SENDER = { jid: Jid.parse("room@conference.site/boss"), groupchat: true };

function ask(component: string) {
  return { command: "Heartbeat:getStatus", component } as const;
}

/** The plugin's answer for a machine: `component` and `status`; `undefined` where there is none. */
async function answerOf(component: string, host: Host) {
  const [reply] = await heartbeat({ host }).handle(ask(component), SENDER);
  if (reply === undefined) return undefined;
  const { command, ...attributes } = formatCommand(reply.command).attributes;
  assertEquals(command, "haveStatus");
  return attributes;
}

async function statusOf(component: string, options: ModelHostOptions) {
  return (await answerOf(component, modelHost(options)))?.["status"] ?? "";
}

Deno.test("heartbeat answers a ping with an unacknowledged pong", async () => {
  const replies = await heartbeat().handle({ command: "Heartbeat:ping" }, SENDER);
  assertEquals(replies, [{ command: { command: "pong" }, noack: true }]);
});

Deno.test("heartbeat says nothing to what it does not know", async () => {
  const info = { attributes: { command: "Heartbeat:nosuch" }, children: {} };
  const command = { command: "unknown", name: "Heartbeat:nosuch", info } as const;
  const plugin = heartbeat({ host: modelHost() });
  assertEquals(await plugin.handle(command, SENDER), []);
  for (const component of ["", "nosuch", "toString", "systemload", "__proto__"]) {
    assertEquals(await plugin.handle(ask(component), SENDER), [], component);
  }
});

Deno.test("heartbeat without a machine answers pings only", async () => {
  for (const component of STATUS_COMPONENTS) {
    assertEquals(await heartbeat().handle(ask(component), SENDER), []);
  }
});

Deno.test("heartbeat tells the load with two decimals", async () => {
  const load = { oneMinute: 0.9, fiveMinutes: 0.654, fifteenMinutes: 12 };
  assertEquals(await answerOf("systemLoad", modelHost({ load })), {
    component: "systemLoad",
    status: "1min=0.90####5min=0.65####15min=12.00####",
  });
});

Deno.test("heartbeat tells the disks on devices, as the original, shares rounded up as df does", async () => {
  const disks = [
    { device: "/dev/a", mountPoint: "/", totalMiB: 1000, usedMiB: 201, availableMiB: 749 },
    { device: "/dev/b", mountPoint: "/data", totalMiB: 10, usedMiB: 0, availableMiB: 10 },
    { device: "tmpfs", mountPoint: "/run", totalMiB: 0, usedMiB: 0, availableMiB: 0 },
  ];
  assertEquals(await answerOf("diskUsage", modelHost({ disks })), {
    component: "diskUsage",
    status: "path=/dev/a::::/dev/b####totalBlocks=1000M::::10M####" +
      "used=201::::0####available=749::::10####used%=22%::::0%####" +
      "mountpoint=/::::/data####",
  });
});

Deno.test("heartbeat tells of the root also where it lies on no device", async () => {
  const sizes = { totalMiB: 10, usedMiB: 1, availableMiB: 9 };
  const disks = [
    { device: "overlay", mountPoint: "/", ...sizes },
    { device: "tmpfs", mountPoint: "/dev/shm", ...sizes },
  ];
  const status = parseHashString(await statusOf("diskUsage", { disks }));
  assertEquals([status["path"], status["mountpoint"]], ["overlay", "/"]);
});

Deno.test("heartbeat tells memory and swap", async () => {
  const memory = {
    totalMiB: 2048,
    freeMiB: 100,
    availableMiB: 1500,
    swapTotalMiB: 512,
    swapFreeMiB: 500,
  };
  assertEquals(await answerOf("memoryUsage", modelHost({ memory })), {
    component: "memoryUsage",
    status: "memory=mem::::swap####used=548::::12####available=1500::::500####",
  });
});

Deno.test("heartbeat tells processes, and leaves the component empty as the original", async () => {
  const processes = [
    { cpuPercent: 99.5, memoryPercent: 2, residentKiB: 5120, time: "00:10:00", command: "root" },
    { cpuPercent: 0, memoryPercent: 0, residentKiB: 0, time: "00:00:00", command: "nginx:" },
  ];
  assertEquals(await answerOf("runningProcesses", modelHost({ processes })), {
    component: "",
    status: "%cpu=99.5::::0.0####%mem=2.0::::0.0####rss=5120::::0####" +
      "time=00:10:00::::00:00:00####command=root::::nginx_####",
  });
});

Deno.test("heartbeat tells at most 200 processes and 64 disks", async () => {
  const process = { cpuPercent: 1, memoryPercent: 1, residentKiB: 1, time: "0", command: "x" };
  const disk = { device: "d", mountPoint: "/", totalMiB: 1, usedMiB: 1, availableMiB: 1 };
  const options = {
    processes: Array.from({ length: 5000 }, () => process),
    disks: Array.from({ length: 5000 }, () => disk),
  };
  const processes = parseHashString(await statusOf("runningProcesses", options));
  const disks = parseHashString(await statusOf("diskUsage", options));
  assertEquals(processes["command"]?.length, 200);
  assertEquals(disks["path"]?.length, 64);
});

Deno.test("heartbeat logs a reading that fails, and does not answer it", async () => {
  const sink = memorySink();
  let fails = true;
  const plugin = heartbeat({
    host: modelHost({
      load: () => {
        if (fails) throw new Error("no such file");
        return { oneMinute: 1, fiveMinutes: 1, fifteenMinutes: 1 };
      },
    }),
    log: createLogger({ sinks: [sink] }),
  });
  assertEquals(await plugin.handle(ask("systemLoad"), SENDER), []);
  const said = sink.records.map(({ level, message }) => `${level} ${message}`);
  assertEquals(said, ["error Cannot read systemLoad: no such file"]);
  fails = false;
  assertEquals((await plugin.handle(ask("systemLoad"), SENDER)).length, 1);
});

Deno.test("heartbeat reads when asked, and once for all who ask meanwhile", async () => {
  let readings = 0;
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  const host: Host = {
    ...modelHost(),
    load: async () => {
      const count = ++readings;
      await gate;
      return { oneMinute: count, fiveMinutes: 0, fifteenMinutes: 0 };
    },
  };
  const plugin = heartbeat({ host });
  const asked = Array.from({ length: 100 }, () => plugin.handle(ask("systemLoad"), SENDER));
  assertEquals(readings, 1);
  resolve();
  await Promise.all(asked);
  await plugin.handle(ask("systemLoad"), SENDER);
  assertEquals(readings, 2);
});

Deno.test("heartbeat's lists have as many items as there are processes, whatever their names", async () => {
  const name = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("#", ":", "a", "") }));
  await fc.assert(fc.asyncProperty(fc.array(name, { minLength: 2 }), async (names) => {
    const processes = names.map((command): ProcessReading => ({
      command,
      cpuPercent: 0,
      memoryPercent: 0,
      residentKiB: 0,
      time: "00:00:00",
    }));
    const columns = parseHashString(await statusOf("runningProcesses", { processes }));
    assertEquals(Object.keys(columns), ["%cpu", "%mem", "rss", "time", "command"]);
    for (const column of Object.values(columns)) assertEquals(column.length, names.length);
  }));
});

/** Machines of which the original's components told in the traces. */
const RECORDED: Readonly<Record<string, ModelHostOptions>> = {
  systemLoad: { load: { oneMinute: 0.59, fiveMinutes: 0.41, fifteenMinutes: 0.38 } },
  diskUsage: {
    disks: [{
      device: "/dev/vda",
      mountPoint: "/",
      totalMiB: 258_020,
      usedMiB: 24_577,
      availableMiB: 79_321,
    }],
  },
  memoryUsage: {
    memory: {
      totalMiB: 24_105,
      freeMiB: 19_994,
      availableMiB: 19_889,
      swapTotalMiB: 0,
      swapFreeMiB: 0,
    },
  },
};

for (const [component, options] of Object.entries(RECORDED)) {
  Deno.test(`in heartbeat-${component}.jsonl, the plugin answers what the original answered`, async () => {
    const commands = messagesOf(`heartbeat-${component}.jsonl`).flatMap(({ line, stanza }) => {
      const message = decodeMessage(stanza);
      return message.kind === "command" && line.conn === "jm"
        ? [{ from: message.from, command: parseCommand(message.info) }]
        : [];
    });
    const asked = commands.find(({ command }) => command.command === "Heartbeat:getStatus");
    const then = commands.find(({ command }) => command.command === "haveStatus")?.command;
    assert(asked !== undefined && then?.command === "haveStatus");
    const sender = { jid: Jid.parse(asked.from), groupchat: true };
    const [reply] = await heartbeat({ host: modelHost(options) }).handle(asked.command, sender);
    const now = reply?.command;
    assert(now?.command === "haveStatus");
    assertEquals(now.component, then.component);
    // The order of the pairs is that of a Perl hash: another one each time.
    const pairs = ({ status }: { readonly status: string }) => status.split("####").sort();
    assertEquals(pairs(now), pairs(then));
  });
}
