/** What `deno task install` leaves on a machine works by itself, away from the checkout. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { SandboxAddresses } from "../../sim/sandbox_config.ts";
import { type Program, type ProgramName, ROOT, startProgram } from "../tools/_program.ts";
import { assertEnded } from "../tools/_tool_site.ts";

/** Launcher by program. */
const LAUNCHERS = {
  agent: "copilot-agent",
  jobmanager: "copilot-jobmanager-generic",
  submit: "copilot-job-submit",
  jobs: "copilot-jobs",
  sandbox: "copilot-sandbox",
} as const;

/** A prefix with everything installed, and the programs started from it. */
class Installation implements AsyncDisposable {
  readonly prefix: string;
  readonly #resources: AsyncDisposableStack;
  #config = "";

  private constructor(prefix: string, resources: AsyncDisposableStack) {
    this.prefix = prefix;
    this.#resources = resources;
  }

  static async make(): Promise<Installation> {
    await using resources = new AsyncDisposableStack();
    const prefix = await Deno.makeTempDir({ prefix: "copilot_install_" });
    resources.defer(() => Deno.remove(prefix, { recursive: true }));
    const installation = new Installation(prefix, resources.move());
    try {
      // The way to the registry of packages is this machine's own: proxies, certificates.
      const env = Deno.env.toObject();
      const args = ["--prefix", prefix, "--json"];
      await using install = startProgram("install", { args, env });
      assertEnded(await install.end(), 0);
    } catch (error) {
      await installation[Symbol.asyncDispose]();
      throw error;
    }
    return installation;
  }

  /** Starts a launcher, as a user whose directory is the prefix. */
  start(name: keyof typeof LAUNCHERS, ...args: readonly string[]): Program {
    const launcher = join(this.prefix, "bin", LAUNCHERS[name]);
    const env = { COPILOT_CONFIG: this.#config, PATH: "/usr/bin:/bin", JM_LEASE_SILENCE: "3" };
    const options = { launcher, args, env, cwd: this.prefix };
    return this.#resources.use(startProgram(name satisfies ProgramName, options));
  }

  /** Starts the sandbox; the other launchers then find it. */
  async startSandbox(): Promise<SandboxAddresses> {
    const sandbox = this.start("sandbox", "--dir=site", "--json");
    const addresses: SandboxAddresses = JSON.parse(await sandbox.printed(/^\{/));
    this.#config = addresses.directories.config;
    return addresses;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** Checks that no launcher, unit or example refers to the checkout. */
async function assertSelfContained(prefix: string): Promise<void> {
  const checkout = ROOT.replace(/\/$/, "");
  for (const folder of ["bin", "lib/systemd/system", "etc/copilot"]) {
    const files = await Array.fromAsync(Deno.readDir(join(prefix, folder)), ({ name }) => name);
    assert(files.length > 0, folder);
    for (const file of files) {
      const text = await Deno.readTextFile(join(prefix, folder, file));
      assert(!text.includes(checkout), `${folder}/${file} refers to ${checkout}`);
    }
  }
}

Deno.test("installed launchers take a job through a whole site", async () => {
  await using installation = await Installation.make();
  await assertSelfContained(installation.prefix);
  for (const name of Object.keys(LAUNCHERS) as (keyof typeof LAUNCHERS)[]) {
    const help = await installation.start(name, "--help").end();
    assertEnded(help, 0);
    assertMatch(help.stdout, /^Usage: /m);
  }
  await installation.startSandbox();
  const manager = installation.start("jobmanager");
  await manager.logged(/Online as/);
  const agent = installation.start("agent");
  await agent.logged(/Online as/);
  await Deno.writeTextFile(join(installation.prefix, "job.sh"), "#!/bin/sh\necho installed\n");
  const submitted = await installation.start("submit", "--command=job.sh", "--wait", "--json")
    .end();
  assertEnded(submitted, 0);
  const { ids: [id = ""] } = submitted.json<{ ids: string[] }>();
  const output = await installation.start("jobs", "output", id).end();
  assertEnded(output, 0);
  assertEquals(output.stdout, "installed\n");
  for (const role of [agent, manager]) {
    role.signal("SIGTERM");
    assertEnded(await role.end(), 0);
  }
});
