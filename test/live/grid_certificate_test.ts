/** A site's grid certificate, shown to openssl's server, which lets in nobody without it. */
import { assertEquals, assertRejects } from "@std/assert";
import { GridError } from "../../lib/grid/adapter.ts";
import { websocketCalls } from "../../lib/grid/alien/websocket_calls.ts";
import { GridCertificate } from "../../lib/grid/certificate.ts";
import { CentralServices, startAlienServer } from "../../sim/grid/alien/mod.ts";
import { freePort } from "../_free_port.ts";
import { canConnect } from "./_can_connect.ts";
import { hasOpenssl, makeCertificate } from "./_test_certificate.ts";

/** Starts `openssl s_server`, which answers requests of clients that show a certificate it knows. */
async function startVerifyingServer(folder: string, clientCert: string) {
  const { certFile, keyFile } = await makeCertificate(folder, "server");
  const port = freePort();
  const child = new Deno.Command("openssl", {
    args: [
      ...["s_server", "-accept", `127.0.0.1:${port}`, "-cert", certFile, "-key", keyFile],
      ...["-Verify", "1", "-verify_return_error", "-CAfile", clientCert, "-www"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let tries = 0; tries < 500 && !await canConnect(port); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    caFile: certFile,
    url: `https://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_certificate_" });
  await run(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

/** Status of a page's answer, and whom it names. */
async function visit(url: string, certificate: GridCertificate): Promise<[number, boolean]> {
  const client = await certificate.client();
  const response = await fetch(url, client === undefined ? {} : { client });
  return [response.status, /CN ?= ?site/.test(await response.text())];
}

Deno.test({
  name: "a grid certificate opens what is closed without it, and its renewal counts at once",
  ignore: !hasOpenssl,
  fn: () =>
    withFolder(async (folder) => {
      const site = await makeCertificate(folder, "site");
      const stranger = await makeCertificate(folder, "stranger");
      await using server = await startVerifyingServer(folder, site.certFile);
      const { caFile } = server;
      {
        using nobody = new GridCertificate({ caFile });
        await assertRejects(() => visit(server.url, nobody), TypeError);
      }
      const own = { certFile: `${folder}/own.pem`, keyFile: `${folder}/own.key` };
      const install = async ({ certFile, keyFile }: typeof own) => {
        await Deno.writeTextFile(own.certFile, await Deno.readTextFile(certFile));
        await Deno.writeTextFile(own.keyFile, await Deno.readTextFile(keyFile));
      };
      using certificate = new GridCertificate({ ...own, caFile });
      await install(stranger);
      await assertRejects(() => visit(server.url, certificate), TypeError);
      await install(site);
      assertEquals(await visit(server.url, certificate), [200, true]);
    }),
});

Deno.test({
  name: "AliEn's services are trusted by their certificate alone",
  ignore: !hasOpenssl,
  fn: () =>
    withFolder(async (folder) => {
      const { certFile: caFile, keyFile } = await makeCertificate(folder, "server");
      const tls = { cert: await Deno.readTextFile(caFile), key: await Deno.readTextFile(keyFile) };
      await using server = startAlienServer(new CentralServices(), { tls });
      using certificate = new GridCertificate({ caFile });
      await using calls = websocketCalls({ url: server.url, certificate });
      assertEquals((await calls.call("whoami", [])).results[0]?.["username"], "hartem");
      await using distrustful = websocketCalls({ url: server.url });
      const error = await assertRejects(() => distrustful.call("whoami", []), GridError);
      assertEquals(error.transient, true);
    }),
});
