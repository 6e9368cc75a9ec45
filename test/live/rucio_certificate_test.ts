/** A site logs in to Rucio by its certificate, which nginx in front of Rucio asks for. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { systemClock } from "../../lib/clock.ts";
import { GridError } from "../../lib/grid/adapter.ts";
import { openHttp } from "../../lib/grid/http/http_call.ts";
import { RucioSession } from "../../lib/grid/rucio/rucio_session.ts";
import { serveHttp } from "../../sim/grid/http/service.ts";
import { RucioService } from "../../sim/grid/rucio/rucio_service.ts";
import { hasNginx, startNginx, SUBJECT_HEADER } from "./nginx_server.ts";

const RUCIO = Deno.env.get("COPILOT_TEST_RUCIO");
const fixture = (name: string) =>
  fromFileUrl(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const CERTIFICATE = fixture("grid_site.pem");
const AUTHORITY = fixture("grid_authority.crt");

/** A Rucio that knows the site by its certificate alone, behind nginx. */
async function openRig() {
  const running = new AsyncDisposableStack();
  const rucio = new RucioService({
    account: "copilot",
    subject: "CN=site.copilot.test",
    rse: "SITE_DATADISK",
    storageUrl: "https://127.0.0.1:1/data/",
  });
  const { url: service } = running.use(serveHttp(rucio, { subjectHeader: SUBJECT_HEADER }));
  const { url } = running.use(
    await startNginx({
      service,
      certFile: fixture("grid_host.crt"),
      keyFile: fixture("grid_host.key"),
      authorityFile: AUTHORITY,
    }),
  );
  return { rucio, url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Registers a test that needs nginx, and may need Rucio's client. */
function test(behaviour: string, fn: () => Promise<void>, needsClient = false): void {
  const lacks = !hasNginx
    ? ": skipped, nginx is not installed"
    : needsClient && RUCIO === undefined
    ? ": skipped, COPILOT_TEST_RUCIO does not name the client"
    : "";
  Deno.test({ name: behaviour + lacks, ignore: lacks !== "", fn });
}

for (const kind of ["x509", "x509_proxy"] as const) {
  test(`a site's certificate opens Rucio by ${kind}, and nothing does without it`, async () => {
    await using rig = await openRig();
    const whoami = async (files: { certFile?: string; keyFile?: string }) => {
      using http = openHttp({ ...files, caFile: AUTHORITY });
      const { url } = rig;
      const { call } = http;
      const login = { kind };
      const options = { url, account: "copilot", login, call, clock: systemClock };
      return await new RucioSession(options).ask({ method: "GET", path: "/accounts/whoami" });
    };
    const answer = await whoami({ certFile: CERTIFICATE, keyFile: CERTIFICATE });
    assertEquals(JSON.parse(String(answer)).account, "copilot");
    await assertRejects(() => whoami({}), GridError, "CannotAuthenticate");
    assertEquals(rig.rucio.logins.count, 1);
  });

  test(`rucio-clients opens the simulated Rucio by ${kind} as we do`, async () => {
    await using rig = await openRig();
    const folder = await Deno.makeTempDir({ prefix: "copilot_rucio_" });
    await Deno.mkdir(`${folder}/etc`);
    // It takes no key that others may read.
    const own = `${folder}/site.pem`;
    await Deno.writeTextFile(own, await Deno.readTextFile(CERTIFICATE), { mode: 0o600 });
    await Deno.writeTextFile(
      `${folder}/etc/rucio.cfg`,
      `[client]\nrucio_host = ${rig.url}\nauth_host = ${rig.url}\nauth_type = ${kind}\n` +
        `client_cert = ${own}\nclient_key = ${own}\nclient_x509_proxy = ${own}\n` +
        `account = copilot\nca_cert = ${AUTHORITY}\nrequest_retries = 1\n`,
    );
    const { stdout, stderr } = await new Deno.Command(RUCIO ?? "", {
      args: ["whoami"],
      env: { HOME: folder, RUCIO_HOME: folder },
    }).output();
    await Deno.remove(folder, { recursive: true });
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assertMatch(said, /account *: *copilot/);
    assertEquals(rig.rucio.logins.count, 1);
  }, true);
}
