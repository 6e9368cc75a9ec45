import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatCpuTime,
  fullNameInHosts,
  parseMounts,
  parseNetworks,
  parseProcessStat,
  parseProcessStats,
  searchDomains,
} from "../../../lib/machine/proc.ts";
import { parseProcessTable } from "../../../lib/machine/process_table.ts";

/** Reads a fixture. */
function fixture(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../../fixtures/machine/${name}`, import.meta.url));
}

/** Texts that look like what Linux writes, and others. */
const oddText = fc.array(
  fc.oneof(
    fc.constantFrom("\n", " ", "(", ")", "1 (a) S ", "-1", "18446744073709551615", "\\040", "\0"),
    fc.constantFrom("/dev/sda1 / ext4 rw 0 0\n", "search", "domain ", "127.0.0.1 ", "#", "host"),
    fc.string(),
    fc.nat().map(String),
  ),
  { maxLength: 40 },
).map((pieces) => pieces.join(""));

Deno.test("parseProcessStats() reads captured processes, whatever their names hold", async () => {
  const [, , ...lines] = (await fixture("process_table.txt")).split("\n");
  const stats = parseProcessStats(lines.join("\n"));
  assertEquals(stats.map(({ command }) => command), ["kthreadd", "odd) R (name", "sh"]);
  const [thread, , busy] = stats;
  assertEquals([thread?.pid, thread?.state, thread?.sessionId], [2, "S", 0]);
  assert(busy !== undefined && busy.userTicks > 0 && busy.residentPages > 0);
});

Deno.test("parseProcessStat() reads each field from its place", () => {
  const numbers = Array.from({ length: 49 }, (_, index) => index + 4).join(" ");
  assertEquals(parseProcessStat(`7 (a b) R ${numbers}\n`), {
    pid: 7,
    command: "a b",
    state: "R",
    groupId: 5,
    sessionId: 6,
    userTicks: 14,
    systemTicks: 15,
    childUserTicks: 16,
    startTicks: 22,
    residentPages: 24,
  });
  assertEquals(parseProcessStat("7 (a b) R 1 2 3"), undefined);
  assertEquals(parseProcessStat("no line of the kind"), undefined);
});

Deno.test("parseProcessStats() reads a name with a line break in it", () => {
  const numbers = Array.from({ length: 49 }, () => "1").join(" ");
  const text = `7 (a\nb) R ${numbers}\n8 (c) S ${numbers}\n`;
  assertEquals(parseProcessStats(text).map(({ pid, command }) => [pid, command]), [
    [7, "a\nb"],
    [8, "c"],
  ]);
});

Deno.test("parseProcessTable() computes what ps prints", () => {
  const zeros = (count: number) => Array(count).fill("0").join(" ");
  // 250 ticks of user and 50 of system time in a life of 10 s; 1024 pages of 4 KiB.
  const line = `9 (job) S ${zeros(10)} 250 50 ${zeros(6)} 9000 0 1024 ${zeros(10)}`;
  assertEquals(parseProcessTable(`4096\n100.00 50.00\n${line}\n`, 2 ** 30), [
    { cpuPercent: 30, memoryPercent: 0.4, residentKiB: 4096, time: "00:00:03", command: "job" },
  ]);
});

Deno.test("parseMounts() reads captured mounts and undoes their escapes", async () => {
  const mounts = parseMounts(await fixture("mounts.txt"));
  assertEquals(mounts.at(-1), {
    device: "/dev/vdb1",
    mountPoint: "/data/with blank",
    type: "xfs",
  });
  assert(mounts.some(({ mountPoint, type }) => mountPoint === "/" && type === "ext4"));
  assertEquals(new Set(mounts.map(({ mountPoint }) => mountPoint)).size, mounts.length);
});

Deno.test("parseMounts() takes the later of two mounts on one place", () => {
  const text = "tmpfs /a tmpfs rw 0 0\n/dev/b /a ext4 rw 0 0\n\nshort line\n";
  assertEquals(parseMounts(text), [{ device: "/dev/b", mountPoint: "/a", type: "ext4" }]);
});

Deno.test("fullNameInHosts() finds the name that has a domain", async () => {
  const hosts = await fixture("hosts.txt");
  assertEquals(fullNameInHosts(hosts, "node7"), "node7.cern.ch");
  assertEquals(fullNameInHosts(hosts, "node8"), undefined);
  assertEquals(fullNameInHosts(hosts, "localhost"), undefined);
  assertEquals(fullNameInHosts(hosts, "installer"), undefined);
});

Deno.test("searchDomains() finds the domains of the last line", async () => {
  assertEquals(searchDomains(await fixture("resolv.conf.txt")), ["cern.ch", "example.org."]);
  assertEquals(searchDomains("nameserver 192.0.2.1\n"), []);
});

Deno.test("formatCpuTime() writes hours, minutes, seconds, and days", () => {
  assertEquals(formatCpuTime(0), "00:00:00");
  assertEquals(formatCpuTime(3 * 3600 + 62.9), "03:01:02");
  assertEquals(formatCpuTime(86_400 * 12 + 1), "12-00:00:01");
});

Deno.test("the readers of /proc take any text", () => {
  fc.assert(fc.property(oddText, (text) => {
    for (const stat of parseProcessStats(text)) {
      assert(Object.values(stat).every((value) => !Number.isNaN(value)));
    }
    for (const mount of parseMounts(text)) assert(mount.mountPoint.startsWith("/"));
    for (const domain of searchDomains(text)) assert(!/\s/.test(domain));
    for (const process of parseProcessTable(text, 1024)) {
      assert(Number.isFinite(process.cpuPercent) && Number.isFinite(process.memoryPercent));
    }
    fullNameInHosts(text, "host");
  }));
});

Deno.test("parseNetworks() reads received and sent bytes of each interface", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1048576     100    0    0    0     0          0         0  1048576     100    0    0    0     0       0          0
  eth0:5242880 100    0    0    0     0          0         0 2097152 50 0 0 0 0 0 0
nonsense
 odd: x
`;
  assertEquals(parseNetworks(text), [
    { name: "lo", receivedMiB: 1, sentMiB: 1 },
    { name: "eth0", receivedMiB: 5, sentMiB: 2 },
  ]);
});
