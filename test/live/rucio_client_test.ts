/**
 * Rucio's own client, the Python package `rucio-clients`, against the simulated Rucio and storage: what it asks and
 * understands is the published interface, and what it uploads is where ours finds it, and the other way
 * round. `COPILOT_TEST_RUCIO` names its program `rucio`.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { systemClock } from "../../lib/clock.ts";
import { openHttp } from "../../lib/grid/http/http_call.ts";
import { factsOf } from "../../lib/grid/rucio/checksums.ts";
import { PATH_RULES } from "../../lib/grid/rucio/names.ts";
import { RucioCatalogue } from "../../lib/grid/rucio/rucio_catalogue.ts";
import { RucioSession } from "../../lib/grid/rucio/rucio_session.ts";
import { RucioStore } from "../../lib/grid/rucio/rucio_store.ts";
import { WebStorage } from "../../lib/grid/rucio/web_storage.ts";
import { serveHttp } from "../../sim/grid/http/service.ts";
import { RucioService } from "../../sim/grid/rucio/rucio_service.ts";
import { STORAGE_FOLDER, StorageService } from "../../sim/grid/rucio/storage_service.ts";

const RUCIO = Deno.env.get("COPILOT_TEST_RUCIO");
const RSE = "SITE_DATADISK";
const fixture = (name: string) =>
  fromFileUrl(new URL(`../../fixtures/tls/${name}`, import.meta.url));

Deno.test({
  name: RUCIO === undefined
    ? "rucio-clients on the simulated Rucio: skipped, COPILOT_TEST_RUCIO does not name it"
    : "rucio-clients uploads to the simulated Rucio where ours finds it, and finds what ours has put there",
  ignore: RUCIO === undefined,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "copilot_rucio_" });
    const tls = {
      cert: await Deno.readTextFile(fixture("grid_host.crt")),
      key: await Deno.readTextFile(fixture("grid_host.key")),
    };
    const storage = new StorageService({ makesFolders: true });
    await using storageServer = serveHttp(storage, tls);
    const login = { username: "alice", password: "secret" };
    const rucio = new RucioService({
      ...login,
      account: "alice",
      rse: RSE,
      storageUrl: `${storageServer.url}${STORAGE_FOLDER}/`,
    });
    await using server = serveHttp(rucio, tls);
    const { url } = server;
    await Deno.mkdir(`${folder}/etc`);
    await Deno.writeTextFile(
      `${folder}/etc/rucio.cfg`,
      `[client]\nrucio_host = ${url}\nauth_host = ${url}\nauth_type = userpass\n` +
        `username = alice\npassword = secret\naccount = alice\n` +
        `ca_cert = ${fixture("grid_authority.crt")}\nrequest_retries = 1\n`,
    );
    const client = async (...args: string[]) => {
      const { stdout, stderr } = await new Deno.Command(RUCIO ?? "", {
        args,
        env: { HOME: folder, RUCIO_HOME: folder, X509_USER_PROXY: fixture("grid_site.pem") },
      }).output();
      return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    };
    using http = openHttp({ caFile: fixture("grid_authority.crt") });
    const { call } = http;
    const clock = systemClock;
    const session = { url, account: "alice", login: { kind: "userpass", ...login } as const };
    const catalogue = new RucioCatalogue(new RucioSession({ ...session, call, clock }));
    const web = new WebStorage({ call, clock });

    // Theirs, found by ours.
    const [scope, name] = ["user.alice", "user.alice.theirs"];
    await Deno.writeTextFile(`${folder}/${name}`, "their output\n");
    const said = await client("upload", "--rse", RSE, "--scope", scope, `${folder}/${name}`);
    assertMatch(said, /Successfully uploaded file user\.alice\.theirs/);
    assertEquals(await catalogue.hasReplica({ scope, name }, RSE), true);
    const facts = await factsOf(ReadableStream.from([new TextEncoder().encode("their output\n")]));
    const place = `${STORAGE_FOLDER}/${PATH_RULES["hash"]?.({ scope, name })}`;
    assertEquals(await web.holds(`${storageServer.url}${place}`, facts), true);

    // Ours, found by theirs.
    const store = new RucioStore({ catalogue, storage: web, rse: RSE });
    const ours = { ...facts, lfn: "user.alice.ours", guid: "0".repeat(31) + "1" };
    await store.store("user.alice.set", ours, () => content());
    assertMatch(
      await client("replica", "list", "file", "user.alice:user.alice.ours"),
      /SITE_DATADISK/,
    );
    await Deno.remove(folder, { recursive: true });
  },
});

async function* content(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode("their output\n"));
}
