/** PanDA's pilots at a site as sites run it: processes, configuration files, TLS, tokens. */
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { serveHttp } from "../../sim/grid/http/service.ts";
import { PandaService } from "../../sim/grid/panda/panda_service.ts";
import { RucioService } from "../../sim/grid/rucio/rucio_service.ts";
import { STORAGE_FOLDER, StorageService } from "../../sim/grid/rucio/storage_service.ts";
import { type Sandbox, startSandbox } from "../../sim/sandbox.ts";
import { hasProgram } from "../../tools/demo/programs.ts";
import { ROOT, runProgram, startProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

const IDS = [4001, 4002, 4003];
const DATASET = "user.alice.run1";
const ACCOUNT = "storagemanager";
const fixture = (name: string) =>
  fromFileUrl(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** Writes the storage manager's configuration, names of the original among it. */
async function configure(site: Sandbox, more: readonly string[]): Promise<void> {
  const { hostname, ports, directories } = site.addresses;
  const lines = [
    `JM_JABBER_SERVER ${hostname}`,
    `JM_JABBER_PORT ${ports.xmpp}`,
    "JM_JABBER_DOMAIN localhost",
    `JM_JABBER_ID ${ACCOUNT}`,
    `JM_JABBER_PASSWORD ${site.password(ACCOUNT)}`,
    `JM_CHIRP_SERVER ${hostname}`,
    `JM_CHIRP_PORT ${ports.chirp}`,
    `JM_CHIRP_WORK_DIR ${directories.chirp}`,
    `JM_DONE_JOB_DIR ${directories.done}`,
    `JM_REDIS_SERVER ${hostname}`,
    `JM_REDIS_PORT ${ports.redis}`,
    "JM_GRID_SWEEP 200ms",
    "Panda_Data_Mover cvmadmin",
    `X509_CERT_FILE ${fixture("grid_authority.crt")}`,
    "RUCIO_ACCOUNT alice",
    "RUCIO_RSE SITE_DATADISK",
    ...more,
  ];
  await Deno.writeTextFile(
    join(directories.config, "copilot-storagemanager-panda.conf"),
    `${lines.join("\n")}\n`,
  );
}

/** Starts the services over TLS. */
async function startServices(resources: AsyncDisposableStack) {
  const tls = {
    cert: await Deno.readTextFile(fixture("grid_host.crt")),
    key: await Deno.readTextFile(fixture("grid_host.key")),
  };
  const panda = new PandaService({ adderMs: 0, tokens: ["the-token"] });
  for (const pandaId of IDS) {
    const outputs = { [`user.alice.${pandaId}.out`]: crypto.randomUUID() };
    panda.add({ pandaId, site: "SITE", parameters: "echo 6 7", dataset: DATASET, outputs });
  }
  const storage = resources.use(serveHttp(new StorageService(), tls));
  const rucio = new RucioService({
    account: "alice",
    username: "alice",
    password: "secret",
    rse: "SITE_DATADISK",
    storageUrl: `${storage.url}${STORAGE_FOLDER}/`,
  });
  return {
    panda,
    rucio,
    pandaUrl: resources.use(serveHttp(panda, tls)).url,
    // Pilots have no certificate of the tests' authority.
    pilotUrl: resources.use(serveHttp(panda)).url,
    rucioUrl: resources.use(serveHttp(rucio, tls)).url,
  };
}

Deno.test({
  name:
    "PanDA's jobs pass through two managers of a site, though the storage manager is killed on the way",
  // The pilots speak to the PanDA server with it.
  ignore: !await hasProgram("curl"),
  async fn() {
    await using resources = new AsyncDisposableStack();
    const directory = await Deno.makeTempDir({ prefix: "copilot_panda_" });
    resources.defer(() => Deno.remove(directory, { recursive: true }));
    const { panda, rucio, pandaUrl, pilotUrl, rucioUrl } = await startServices(resources);
    const site = resources.use(
      await startSandbox({
        directory,
        settings: {
          "copilot-jobmanager-generic": [`JM_REDIRECT_STORAGE_TO ${ACCOUNT}@localhost`],
          "copilot-agent": ["AGENT_REQUEST_INTERVAL 1", "AGENT_REQUEST_INTERVAL_MAX 1"],
        },
      }),
    );
    const token = join(directory, "panda.token");
    await Deno.writeTextFile(token, "the-token\n");
    await configure(site, [
      `PANDA_URL ${pandaUrl}`,
      `PANDA_TOKEN_FILE ${token}`,
      `RUCIO_URL ${rucioUrl}`,
      "RUCIO_AUTH_TYPE userpass",
      "RUCIO_USERNAME alice",
      "RUCIO_PASSWORD secret",
    ]);
    const env = { COPILOT_CONFIG: directory };
    const submitPilot = async (id: number) => {
      const pilot = join(ROOT, "fixtures/jobs/panda/startPanda");
      const environment =
        `export PANDA_URL=${pilotUrl} PANDA_TOKEN=the-token PANDA_VO=atlas PANDA_PILOT=p${id}`;
      const args = [`--command=${pilot}`, `--environment=${environment}`];
      assertEnded(await runProgram("submit", { args, env }), 0);
    };
    const [firstId = 0, ...otherIds] = IDS;
    await submitPilot(firstId);
    resources.use(startProgram("jobmanager", { env }));
    const first = startProgram("panda-storagemanager", { env });
    resources.use(startProgram("agent", { env }));
    await first.logged(/Panda_Data_Mover .*uploads output itself/);
    await first.logged(/Job \S+ has succeeded in PanDA/);
    await first[Symbol.asyncDispose]();
    // These pilots find the site without a storage manager.
    for (const id of otherIds) await submitPilot(id);
    const second = resources.use(startProgram("panda-storagemanager", { env }));
    // The first one's job may be told of once more.
    for (let count = 1; panda.jobs.some(({ ends }) => ends === 0); count++) {
      await second.logged(/Job \S+ has succeeded in PanDA/, count);
    }
    for (const { pandaId, ends, end } of panda.jobs) {
      assertEquals([pandaId, ends, end?.["job_status"]], [pandaId, 1, "finished"]);
      const file = rucio.catalogue.file(`user.alice:user.alice.${pandaId}.out`);
      assertEquals([file.bytes, file.registrations], [4, 1]);
    }
    second.signal("SIGTERM");
    assertEnded(await second.end(), 0);
  },
});

Deno.test("the PanDA storage manager says what its configuration lacks", async () => {
  const directory = await Deno.makeTempDir({ prefix: "copilot_panda_" });
  try {
    await using site = await startSandbox({ directory });
    const run = async (...lines: string[]) => {
      await configure(site, lines);
      const result = await runProgram("panda-storagemanager", {
        env: { COPILOT_CONFIG: directory },
      });
      assertEnded(result, 2);
      return result.stderr;
    };
    assertMatch(await run(), /PANDA_URL is not set/);
    assertMatch(
      await run("PANDA_URL https://127.0.0.1:1"),
      /RUCIO_URL is not set, nor is PANDA_COMMANDS_FILE/,
    );
    const urls = ["PANDA_URL https://127.0.0.1:1", "RUCIO_URL https://127.0.0.1:2"];
    assertMatch(await run(...urls), /RUCIO_AUTH_TYPE needs X509_USER_PROXY/);
    const login = ["RUCIO_AUTH_TYPE userpass", "RUCIO_USERNAME a", "RUCIO_PASSWORD b"];
    const withPath = [...login, "PANDA_URL https://127.0.0.1:1/api", "RUCIO_URL https://x:2"];
    assertMatch(await run(...withPath), /PANDA_URL is no address of a server/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
