import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { loadConfig } from "../../lib/config.ts";
import { openQueue } from "../../lib/jobs/open_queue.ts";
import { submitJobs } from "../../lib/jobs/submission.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { AGENT_COMPONENT, agentVariables } from "../../roles/agent/variables.ts";
import { JOBMANAGER_COMPONENT, jobManagerVariables } from "../../roles/jobmanager/variables.ts";
import { freePort } from "../_free_port.ts";
import { type SandboxOptions, startSandbox } from "../../sim/sandbox.ts";

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "copilot_sandbox_" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Reads a component's configuration, whatever the environment of the tests says. */
function managerConfig(directory: string) {
  const environment = () => undefined;
  return loadConfig(jobManagerVariables, {
    component: JOBMANAGER_COMPONENT,
    directory,
    environment,
  });
}

/** Starts a site, submits a job, and stops it again; returns the job's id. */
async function submitOnce(directory: string, options: Partial<SandboxOptions> = {}) {
  await using site = await startSandbox({ directory, ...options });
  const { config } = await managerConfig(directory);
  await using queue = await openQueue(config);
  const [id = ""] = await submitJobs({ command: "true" }, {
    store: queue.store,
    chirpFolder: diskWorkspace(site.addresses.directories.chirp),
    chirpAddress: `127.0.0.1:${site.addresses.ports.chirp}`,
  });
  return id;
}

async function stateOf(directory: string, id: string) {
  const { config } = await managerConfig(directory);
  await using queue = await openQueue(config);
  return (await queue.store.get(id))?.state;
}

Deno.test("startSandbox() writes configuration with which every role finds the servers", async () => {
  await inDirectory(async (directory) => {
    const settings = { [JOBMANAGER_COMPONENT]: ["JM_LEASE_SILENCE 2"] };
    await using site = await startSandbox({ directory, agentAccounts: 2, settings });
    const { ports, domain } = site.addresses;
    const manager = await managerConfig(directory);
    assertEquals(manager.warnings, []);
    const { config } = manager;
    assertEquals(
      [
        config.jabberServer,
        config.jabberPort,
        config.redisPort,
        config.chirpPort,
        config.leaseSilence,
      ],
      ["127.0.0.1", ports.xmpp, ports.redis, ports.chirp, 2],
    );
    assertEquals(config.jabberPassword, site.password("jobmanager"));
    const agent = await loadConfig(agentVariables, {
      component: AGENT_COMPONENT,
      directory,
      environment: () => undefined,
    });
    assertEquals(agent.warnings, []);
    assertEquals(agent.config.jobManager.bare, `jobmanager@${domain}`);
    assertNotEquals(site.password("agent-1"), site.password("agent-2"));
  });
});

Deno.test("startSandbox() keeps passwords to its user", async () => {
  await inDirectory(async (directory) => {
    await using _site = await startSandbox({ directory });
    for (
      const name of ["passwords.json", `${AGENT_COMPONENT}.conf`, `${JOBMANAGER_COMPONENT}.conf`]
    ) {
      assertEquals(((await Deno.stat(join(directory, name))).mode ?? 0) & 0o777, 0o600, name);
    }
  });
});

Deno.test("startSandbox() brings queue, ports and passwords back in the same directory", async () => {
  await inDirectory(async (directory) => {
    const ports = { xmpp: freePort(), redis: freePort(), chirp: freePort() };
    const id = await submitOnce(directory, { ports });
    const before = await managerConfig(directory);
    await using _site = await startSandbox({ directory });
    assertEquals(await stateOf(directory, id), "waiting");
    assertEquals((await managerConfig(directory)).config, before.config);
  });
});

Deno.test("startSandbox() takes another port where it is told to", async () => {
  await inDirectory(async (directory) => {
    await using first = await startSandbox({ directory });
    await inDirectory(async (other) => {
      const { ports } = first.addresses;
      await assertRejects(
        () => startSandbox({ directory: other, ports }),
        Deno.errors.AddrInUse,
        `Cannot start xmpp on port ${ports.xmpp}`,
      );
      await using second = await startSandbox({
        directory: other,
        ports: { ...ports, xmpp: 0, redis: 0, chirp: 0 },
      });
      assertNotEquals(second.addresses.ports.redis, ports.redis);
    });
  });
});

for (const name of ["xmpp", "redis", "chirp"] as const) {
  Deno.test(`startSandbox() leaves nothing open where the port of ${name} is taken`, async () => {
    await inDirectory(async (directory) => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      await assertRejects(
        () => startSandbox({ directory, ports: { [name]: port } }),
        Deno.errors.AddrInUse,
        `Cannot start ${name} on port ${port}`,
      );
    });
  });
}

Deno.test("startSandbox() forgets the queue where it is not durable", async () => {
  await inDirectory(async (directory) => {
    const id = await submitOnce(directory, { durable: false });
    await using _site = await startSandbox({ directory, durable: false });
    assertEquals(await stateOf(directory, id), undefined);
  });
});
