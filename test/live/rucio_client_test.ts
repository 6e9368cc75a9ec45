/**
 * Rucio's own client, the Python package `rucio-clients`, against the simulated Rucio and storage: what it asks and
 * understands is the published interface, and what it uploads is where ours finds it, and the other way
 * round; and the sample commands that store output with it. `COPILOT_TEST_RUCIO` names its program `rucio`.
 */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dirname, fromFileUrl } from "@std/path";
import { systemClock } from "../../lib/clock.ts";
import { GridError } from "../../lib/grid/adapter.ts";
import { GridCommands, parseCommandBook } from "../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../lib/grid/commands/process_commands.ts";
import { openHttp } from "../../lib/grid/http/http_call.ts";
import { factsOf } from "../../lib/grid/rucio/checksums.ts";
import {
  CommandStore,
  NEEDED_STORE_STEPS,
  STORE_STEPS,
} from "../../lib/grid/rucio/command_store.ts";
import { PATH_RULES } from "../../lib/grid/rucio/names.ts";
import { RucioCatalogue } from "../../lib/grid/rucio/rucio_catalogue.ts";
import { RucioSession } from "../../lib/grid/rucio/rucio_session.ts";
import { RucioStore } from "../../lib/grid/rucio/rucio_store.ts";
import { WebStorage } from "../../lib/grid/rucio/web_storage.ts";
import { createLogger } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { serveHttp } from "../../sim/grid/http/service.ts";
import { RucioService } from "../../sim/grid/rucio/rucio_service.ts";
import { STORAGE_FOLDER, StorageService } from "../../sim/grid/rucio/storage_service.ts";

const RUCIO = Deno.env.get("COPILOT_TEST_RUCIO");
const RSE = "SITE_DATADISK";
const LOGIN = { username: "alice", password: "secret" };
const TEXT = new TextEncoder().encode("their output\n");
const content = () => ReadableStream.from([TEXT]);
const fixture = (path: string) => fromFileUrl(new URL(`../../fixtures/${path}`, import.meta.url));

/** A Rucio and its storage over TLS, and a configuration for its client. */
async function openRig() {
  const folder = await Deno.makeTempDir({ prefix: "copilot_rucio_" });
  const tls = {
    cert: await Deno.readTextFile(fixture("tls/grid_host.crt")),
    key: await Deno.readTextFile(fixture("tls/grid_host.key")),
  };
  const running = new AsyncDisposableStack();
  running.defer(() => Deno.remove(folder, { recursive: true }));
  const storage = new StorageService({ makesFolders: true });
  const storageUrl = `${running.use(serveHttp(storage, tls)).url}${STORAGE_FOLDER}/`;
  const rucio = new RucioService({ ...LOGIN, account: "alice", rse: RSE, storageUrl });
  const { url } = running.use(serveHttp(rucio, tls));
  await Deno.mkdir(`${folder}/etc`);
  await Deno.writeTextFile(
    `${folder}/etc/rucio.cfg`,
    `[client]\nrucio_host = ${url}\nauth_host = ${url}\nauth_type = userpass\n` +
      `username = alice\npassword = secret\naccount = alice\n` +
      `ca_cert = ${fixture("tls/grid_authority.crt")}\nrequest_retries = 1\n`,
  );
  return {
    folder,
    rucio,
    url,
    storageUrl,
    env: { HOME: folder, RUCIO_HOME: folder, X509_USER_PROXY: fixture("tls/grid_site.pem") },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Registers a test of Rucio's client. */
function test(behaviour: string, fn: () => Promise<void>): void {
  const ignore = RUCIO === undefined;
  const skipped = ignore ? ": skipped, COPILOT_TEST_RUCIO does not name it" : "";
  Deno.test({ name: `rucio-clients ${behaviour}${skipped}`, ignore, fn });
}

test("uploads to the simulated Rucio where ours finds it, and finds what ours has put there", async () => {
  await using rig = await openRig();
  const { folder, url, storageUrl, env } = rig;
  const client = async (...args: string[]) => {
    const { stdout, stderr } = await new Deno.Command(RUCIO ?? "", { args, env }).output();
    return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  };
  using http = openHttp({ caFile: fixture("tls/grid_authority.crt") });
  const { call } = http;
  const clock = systemClock;
  const session = { url, account: "alice", login: { kind: "userpass", ...LOGIN } as const };
  const catalogue = new RucioCatalogue(new RucioSession({ ...session, call, clock }));
  const web = new WebStorage({ call, clock });

  // Theirs, found by ours.
  const [scope, name] = ["user.alice", "user.alice.theirs"];
  await Deno.writeFile(`${folder}/${name}`, TEXT);
  const said = await client("upload", "--rse", RSE, "--scope", scope, `${folder}/${name}`);
  assertMatch(said, /Successfully uploaded file user\.alice\.theirs/);
  assertEquals(await catalogue.hasReplica({ scope, name }, RSE), true);
  const facts = await factsOf(content());
  const place = `${storageUrl}${PATH_RULES["hash"]?.({ scope, name })}`;
  assertEquals(await web.holds(place, facts), true);

  // Ours, found by theirs.
  const store = new RucioStore({ catalogue, storage: web, rse: RSE });
  const ours = { ...facts, lfn: "user.alice.ours", guid: "0".repeat(31) + "1" };
  await store.store("user.alice.set", ours, { content });
  assertMatch(
    await client("replica", "list", "file", "user.alice:user.alice.ours"),
    /SITE_DATADISK/,
  );
});

test("stores output once by the sample commands, also where a run was cut short", async () => {
  await using rig = await openRig();
  const { rucio: { catalogue }, folder, env } = rig;
  const text = await Deno.readTextFile(fixture("config/panda-commands.json"));
  const python = `${dirname(RUCIO ?? "")}/python`;
  const book = Object.fromEntries(
    Object.entries(parseCommandBook(text, STORE_STEPS, NEEDED_STORE_STEPS)).map(
      ([step, [_python, _program, ...args]]) => {
        const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
        return [step, ["env", ...variables, python, fixture("config/rucio_output.py"), ...args]];
      },
    ),
  );
  const commands = new GridCommands({
    grid: "PanDA",
    book,
    runner: processCommands(),
    log: createLogger({ sinks: [] }),
  });
  const store = new CommandStore({ commands, rse: RSE });
  const file = { ...await factsOf(content()), lfn: "user.alice.out", guid: "0".repeat(31) + "2" };
  const source = { content, folder: diskWorkspace(folder), directory: "job.tgz.upload" };
  for (let times = 0; times < 2; times++) await store.store("user.alice.set", file, source);
  const id = "user.alice:user.alice.out";
  assertEquals(catalogue.file(id).registrations, 1);
  const attached = () => catalogue.datasets.get("user.alice:user.alice.set")?.content;
  assertEquals(attached()?.get(id), 1);
  // Killed between the file's registration and its place in the dataset.
  attached()?.delete(id);
  await store.store("user.alice.set", file, source);
  assertEquals([catalogue.file(id).registrations, attached()?.get(id)], [1, 1]);
  const other = { ...file, sizeBytes: 1 };
  const error = await assertRejects(() => store.store("user.alice.set", other, source), GridError);
  assertEquals(error.transient, false);
});
