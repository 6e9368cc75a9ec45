import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { type Submission, submitJobs } from "../../../lib/jobs/submission.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";

const JOBS = fromFileUrl(new URL("../../../fixtures/jobs/", import.meta.url));
const SUM = join(JOBS, "sum.sh");

interface Scene {
  readonly store: RedisJobStore;
  readonly folder: Workspace;
  submit(submission: Submission): Promise<readonly string[]>;
}

async function withSite(test: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "submission-" });
  using redis = new RedisStore();
  const store = new RedisJobStore(memoryRedisCalls(redis));
  const folder = diskWorkspace(directory);
  const chirpAddress = "chirp.localhost:9094";
  try {
    await test({
      store,
      folder,
      submit: (submission) => submitJobs(submission, { store, chirpFolder: folder, chirpAddress }),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("submitJobs() places the input and queues the job, the command last among the files", () =>
  withSite(async ({ store, folder, submit }) => {
    const [id = ""] = await submit({
      command: SUM,
      arguments: "1 3",
      inputFiles: [join(JOBS, "data.txt")],
    });
    assertMatch(id, /^[0-9a-f-]{36}$/);
    const description = (await store.get(id))?.description;
    assertEquals(description, {
      chirpUrl: "chirp.localhost:9094",
      inputDir: `${id}.input`,
      inputFiles: ["data.txt", "sum.sh"],
      command: "sum.sh",
      arguments: "1 3",
      environment: "",
      packages: "",
    });
    assertEquals(await folder.list(`${id}.input`), [".__acl", "data.txt", "sum.sh"]);
    assertEquals(
      await folder.readText(`${id}.input/.__acl`),
      "address:* rl\nhostname:* rl\n",
    );
  }));

Deno.test("submitJobs() gives each directory of the input its access list", () =>
  withSite(async ({ store, folder, submit }) => {
    const [id = ""] = await submit({ command: SUM, inputFiles: [join(JOBS, "data")] });
    assertEquals((await store.get(id))?.description.inputFiles, ["data", "sum.sh"]);
    assertEquals(await folder.list(`${id}.input/data`), [".__acl", "deep.txt"]);
  }));

Deno.test("submitJobs() lets equal jobs share one input directory", () =>
  withSite(async ({ store, folder, submit }) => {
    const ids = await submit({ command: SUM, number: 3 });
    assertEquals(new Set(ids).size, 3);
    const directories = await Promise.all(
      ids.map(async (id) => (await store.get(id))?.description.inputDir),
    );
    assertEquals(new Set(directories), new Set([`${ids[0]}.input`]));
    assertEquals((await folder.list(".")).length, 1);
    assertEquals(await store.waiting(), 3);
  }));

Deno.test("submitJobs() submits once for a key, and leaves nothing behind the second time", () =>
  withSite(async ({ folder, submit }) => {
    for (const number of [1, 2]) {
      const first = await submit({ command: SUM, key: `k${number}`, number });
      const before = await folder.list(".");
      assertEquals(await submit({ command: SUM, key: `k${number}`, number }), first);
      assertEquals(await folder.list("."), before);
    }
  }));

Deno.test("submitJobs() takes a command that is no file for one that agents have", () =>
  withSite(async ({ store, submit }) => {
    const [id = ""] = await submit({ command: "startPanda" });
    const description = (await store.get(id))?.description;
    assertEquals([description?.command, description?.inputFiles], ["startPanda", []]);
  }));

Deno.test("submitJobs() sends the validation script along", () =>
  withSite(async ({ store, folder, submit }) => {
    const validationScript = join(JOBS, "check_sum.sh");
    const [id = ""] = await submit({ command: SUM, validationScript });
    assertEquals((await store.get(id))?.validationScript, "check_sum.sh");
    assertEquals(await folder.exists(`${id}.input/check_sum.sh`), true);
  }));

Deno.test("submitJobs() queues nothing when an input file is missing, and leaves nothing behind", () =>
  withSite(async ({ store, folder, submit }) => {
    const inputFiles = [join(JOBS, "missing.txt")];
    await assertRejects(() => submit({ command: SUM, inputFiles }), Deno.errors.NotFound);
    assertEquals([await store.waiting(), await folder.list(".")], [0, []]);
  }));

Deno.test("submitJobs() queues nothing when a job cannot be described, and leaves nothing behind", () =>
  withSite(async ({ store, folder, submit }) => {
    await assertRejects(() => submit({ command: SUM, arguments: "a::::b" }), RangeError);
    assertEquals([await store.waiting(), await folder.list(".")], [0, []]);
  }));

Deno.test("submitJobs() keeps the input of a job that may have been queued", () =>
  withSite(async ({ store, folder }) => {
    const lost = () => Promise.reject(new RedisError("Lost the answer to EVALSHA"));
    const site = {
      store: Object.assign(Object.create(store), { submit: lost }),
      chirpFolder: folder,
      chirpAddress: "chirp.localhost:9094",
    };
    await assertRejects(() => submitJobs({ command: SUM }, site), RedisError);
    assertEquals((await folder.list(".")).length, 1);
  }));
