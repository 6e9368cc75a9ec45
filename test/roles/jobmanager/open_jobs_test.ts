import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ConfigError } from "../../../lib/config.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { openJobs, type SiteJobs } from "../../../roles/jobmanager/open_jobs.ts";
import { ToolSite } from "../../tools/_tool_site.ts";

async function open(site: ToolSite): Promise<SiteJobs> {
  return await openJobs({ directory: site.addresses.directories.config });
}

/** Ends the next job with files as its output. */
async function finishWith(site: ToolSite, files: Readonly<Record<string, string>>) {
  const disk = diskWorkspace(site.directory);
  await disk.makeDirectory("output");
  for (const [name, text] of Object.entries(files)) await disk.writeText(`output/${name}`, text);
  await disk.pack("output", "output.tgz");
  const { done } = site.addresses.directories;
  await Deno.mkdir(done, { recursive: true });
  await Deno.rename(join(site.directory, "output.tgz"), join(done, "output.tgz"));
  await site.finishNext({ archive: "output.tgz" });
}

Deno.test("run submits a job and gives back its record once it has ended", async () => {
  await using site = await ToolSite.open();
  await using jobs = await open(site);
  const states: string[] = [];
  const job = await jobs.run({ command: "fixtures/jobs/sum.sh", arguments: "2 3" }, {
    onChange({ state }) {
      states.push(state);
      if (state === "waiting") site.finishNext();
    },
  });
  assertEquals([job.state, states], ["succeeded", ["waiting", "succeeded"]]);
  assertEquals(job.description.command, "sum.sh");
});

Deno.test("output reads one file of what a job left", async () => {
  await using site = await ToolSite.open();
  await using jobs = await open(site);
  const [id = ""] = await jobs.submit({ command: "true" });
  assertEquals(await jobs.output(id), undefined);
  await finishWith(site, { stdout: "5 ≥ 4\n", "notes.txt": "none" });
  assertEquals(await jobs.output(id), "5 ≥ 4\n");
  assertEquals(await jobs.output(id, "notes.txt"), "none");
  assertEquals(await jobs.output(id, "absent"), undefined);
  assertEquals(await jobs.output("no-such-job"), undefined);
});

Deno.test("output refuses what does not fit into 16 MiB", async () => {
  await using site = await ToolSite.open();
  await using jobs = await open(site);
  const [id = ""] = await jobs.submit({ command: "true" });
  await finishWith(site, { stdout: "x".repeat(16 * 2 ** 20 + 1) });
  await assertRejects(() => jobs.output(id), RangeError, "it is over 16 MiB");
});

Deno.test("wait gives up with its signal, and knows no record of an unknown job", async () => {
  await using site = await ToolSite.open();
  await using jobs = await open(site);
  const ids = await jobs.submit({ command: "true", number: 2 });
  const over = new AbortController();
  const reason = new Error("No time to wait");
  const waiting = jobs.wait(ids, { signal: over.signal, onChange: () => over.abort(reason) });
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals(await jobs.wait(["no-such-job"]), [undefined]);
});

Deno.test("openJobs names what the configuration lacks, and takes values over it", async () => {
  await using site = await ToolSite.open();
  const { directories, ports } = site.addresses;
  const error = await assertRejects(() => openJobs({ directory: site.directory }), ConfigError);
  assert(error.message.includes("JM_CHIRP_WORK_DIR"), error.message);
  await using jobs = await openJobs({
    directory: site.directory,
    values: new Map([
      ["JM_REDIS_SERVER", "127.0.0.1"],
      ["JM_REDIS_PORT", `${ports.redis}`],
      ["JM_CHIRP_WORK_DIR", directories.chirp],
    ]),
    chirpAddress: "chirp.example.org:9094",
  });
  const [id = ""] = await jobs.submit({ command: "true" });
  assertEquals((await site.job(id)).description.chirpUrl, "chirp.example.org:9094");
  await assertRejects(() => jobs.output(id), Error, "JM_DONE_JOB_DIR is not set");
});
