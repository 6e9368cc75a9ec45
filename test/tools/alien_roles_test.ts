/** The AliEn managers as a site runs them: two processes, configuration files, commands. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CentralServices, startAlienServer, toolBook } from "../../sim/grid/alien/mod.ts";
import { type Sandbox, startSandbox } from "../../sim/sandbox.ts";
import { startProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

/** Account of the sandbox that the storage manager borrows. */
const STORAGE_ACCOUNT = "agent-1";
const HOME = "/alice/cern.ch/user/h/hartem";
const JOBS = 3;

/** Writes the configuration of both managers and, for their agent, a short patience. */
async function configure(site: Sandbox, alienUrl: string, base: string): Promise<void> {
  const { config, chirp, done } = site.addresses.directories;
  const { hostname, ports } = site.addresses;
  const commands = join(config, "alien-commands.json");
  await Deno.writeTextFile(commands, JSON.stringify(toolBook(base)));
  const siteJdl = join(config, "site.jdl");
  await Deno.writeTextFile(
    siteJdl,
    'CE = "ALICE::CERN::COPILOT"; Packages = {"VO_ALICE@ROOT::v5"};',
  );
  const linesFor = (prefix: string, account: string) => [
    `${prefix}_JABBER_SERVER ${hostname}`,
    `${prefix}_JABBER_PORT ${ports.xmpp}`,
    `${prefix}_JABBER_DOMAIN localhost`,
    `${prefix}_JABBER_ID ${account}`,
    `${prefix}_JABBER_PASSWORD ${site.password(account)}`,
    `JM_CHIRP_SERVER ${hostname}`,
    `JM_CHIRP_PORT ${ports.chirp}`,
    `JM_CHIRP_WORK_DIR ${chirp}`,
    `JM_DONE_JOB_DIR ${done}`,
    `JM_REDIS_SERVER ${hostname}`,
    `JM_REDIS_PORT ${ports.redis}`,
    "JM_LEASE_SILENCE 5",
    `${prefix}_ALIEN_URL ${alienUrl}`,
    `${prefix}_ALIEN_COMMANDS_FILE ${commands}`,
    `${prefix}_GRID_SWEEP 200ms`,
  ];
  const files = {
    "copilot-jobmanager-alien": [
      ...linesFor("JM", "jobmanager"),
      `SM_JABBER_ADDRESS ${STORAGE_ACCOUNT}@localhost`,
      `JM_ALIEN_SITE_JDL ${siteJdl}`,
      "JM_ALIEN_USER_NAME hartem",
    ],
    "copilot-storagemanager-alien": linesFor("SM", STORAGE_ACCOUNT),
  };
  for (const [component, lines] of Object.entries(files)) {
    await Deno.writeTextFile(join(config, `${component}.conf`), lines.join("\n"));
  }
}

Deno.test("AliEn's jobs pass through two managers of a site, though both are killed on the way", async () => {
  await using resources = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "copilot_alien_" });
  resources.defer(() => Deno.remove(directory, { recursive: true }));
  const services = new CentralServices();
  services.addFile(`${HOME}/run.sh`, "#!/bin/sh\nsleep 1\necho done\n");
  const jobs = Array.from({ length: JOBS }, (_, index) =>
    services.queue.submit(
      `Executable = "${HOME}/run.sh"; OutputDir = "${HOME}/out/${index}";
       OutputArchive = {"log.zip:stdout,stderr@ALICE::CERN::EOS"};
       Requirements = member("VO_ALICE@ROOT::v5", other.Packages);`,
      "hartem",
    ));
  const server = resources.use(startAlienServer(services));
  const site = resources.use(
    await startSandbox({
      directory,
      agentAccounts: 1,
      settings: {
        "copilot-agent": ["AGENT_REQUEST_INTERVAL 1", "AGENT_REQUEST_INTERVAL_MAX 1"],
      },
    }),
  );
  await configure(site, server.url, server.base);
  const env = { COPILOT_CONFIG: directory };
  const manager = startProgram("alien-jobmanager", { env });
  const storage = startProgram("alien-storagemanager", { env });
  resources.use(startProgram("agent", { env }));

  await manager.logged(/Took job 1001 from AliEn/);
  await manager[Symbol.asyncDispose]();
  const secondManager = resources.use(startProgram("alien-jobmanager", { env }));
  await secondManager.logged(/JM_ALIEN_USER_NAME .*AliEn knows it by the certificate/);
  await storage.logged(/Job 1001 has succeeded in AliEn/);
  await storage[Symbol.asyncDispose]();
  const secondStorage = resources.use(startProgram("alien-storagemanager", { env }));
  await secondStorage.logged(/Job 1003 has succeeded in AliEn/);

  assertEquals(jobs.map(({ ends }) => ends), [["DONE"], ["DONE"], ["DONE"]]);
  for (let index = 0; index < JOBS; index++) {
    const file = services.catalogue.files.get(`${HOME}/out/${index}/log.zip`);
    assertEquals([file?.registrations, file?.replicas.length], [1, 1]);
  }
  for (const program of [secondManager, secondStorage]) {
    program.signal("SIGTERM");
    assertEnded(await program.end(), 0);
  }
});
