/** The services over sockets: TLS, tokens, streams, and answers that do not arrive. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { systemClock } from "../../../../lib/clock.ts";
import { GridError } from "../../../../lib/grid/adapter.ts";
import { openHttp } from "../../../../lib/grid/http/http_call.ts";
import { PandaApiV1 } from "../../../../lib/grid/panda/panda_api_v1.ts";
import { factsOf } from "../../../../lib/grid/rucio/checksums.ts";
import { WebStorage } from "../../../../lib/grid/rucio/web_storage.ts";
import { serveHttp } from "../../../../sim/grid/http/service.ts";
import { PandaService } from "../../../../sim/grid/panda/panda_service.ts";
import { STORAGE_FOLDER, StorageService } from "../../../../sim/grid/rucio/storage_service.ts";

const fixture = (name: string) =>
  fromFileUrl(new URL(`../../../../fixtures/tls/${name}`, import.meta.url));
const AUTHORITY = fixture("grid_authority.crt");
const CERT = await Deno.readTextFile(fixture("grid_host.crt"));
const KEY = await Deno.readTextFile(fixture("grid_host.key"));
const clock = systemClock;

/** A file of several chunks. */
async function* content(chunks: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < chunks; index++) {
    yield await Promise.resolve(new Uint8Array(100_000).fill(index));
  }
}

Deno.test("openHttp() reaches a PanDA server over TLS, with a token, and trusts whom it is told", async () => {
  const panda = new PandaService({ tokens: ["right"] });
  panda.add({ pandaId: 7, site: "SITE", dataset: "d", outputs: {} });
  await using server = serveHttp(panda, { cert: CERT, key: KEY });
  assert(server.url.startsWith("https://"));
  let token = "wrong";
  const options = {
    url: server.url,
    token: () => Promise.resolve({ token, vo: "atlas" }),
    clock,
  };
  {
    using http = openHttp({ caFile: AUTHORITY });
    const client = new PandaApiV1({ ...options, call: http.call });
    await assertRejects(() => client.jobStatus("7"), GridError, "Token authentication failed");
    token = "right";
    assertEquals(await client.jobStatus("7"), "activated");
    assertEquals(await client.jobStatus("8"), undefined);
  }
  using stranger = openHttp();
  const client = new PandaApiV1({ ...options, call: stranger.call });
  const error = await assertRejects(() => client.jobStatus("7"), GridError, "certificate");
  assert(error.transient);
});

Deno.test("openHttp() shows the certificate of the site, and the next one once its file has changed", async () => {
  const shown: string[] = [];
  const server = createServer(
    { cert: CERT, key: KEY, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      shown.push(String(subject?.CN));
      response.end("{}");
    },
  );
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  const proxy = await Deno.makeTempFile();
  await Deno.copyFile(fixture("grid_site.pem"), proxy);
  {
    using http = openHttp({ caFile: AUTHORITY, certFile: proxy, keyFile: proxy });
    const ask = async () =>
      await (await http.call(`https://127.0.0.1:${port}/`, { method: "GET" })).text();
    await ask();
    await ask();
    await Deno.writeTextFile(proxy, CERT + KEY);
    await ask();
  }
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  server.close(() => close());
  server.closeAllConnections();
  await closed;
  await Deno.remove(proxy);
  assertEquals(shown, ["site.copilot.test", "site.copilot.test", "grid.copilot.test"]);
});

Deno.test("WebStorage streams files to a storage element that does not tell checksums", async () => {
  const storage = new StorageService({ tellsDigest: false });
  await using server = serveHttp(storage);
  using http = openHttp();
  const client = new WebStorage({ call: http.call, clock });
  const place = { base: `${server.url}${STORAGE_FOLDER}/`, path: "a/b/file" };
  const facts = await factsOf(content(12));
  let reads = 0;
  const read = () => {
    reads++;
    return content(12);
  };
  await client.put(place, facts, read);
  await client.put(place, facts, read);
  assertEquals(reads, 1);
  assertEquals([...storage.files.keys()], [`${STORAGE_FOLDER}/a/b/file`]);
  storage.corruptUploads = 1;
  await assertRejects(
    () => client.put({ ...place, path: "a/b/other" }, facts, read),
    GridError,
    "did not arrive whole",
  );
});

Deno.test("WebStorage bears answers that do not arrive, whichever", async () => {
  const storage = new StorageService();
  await using server = serveHttp(storage);
  using http = openHttp();
  const facts = await factsOf(content(2));
  for (const method of ["MKCOL", "PUT", "MOVE"]) {
    const client = new WebStorage({ call: http.call, clock });
    const place = { base: `${server.url}${STORAGE_FOLDER}/`, path: `${method}/file` };
    storage.faults.plan("lost", (request) => request.method === method);
    await assertRejects(() => client.put(place, facts, () => content(2)), GridError);
    await client.put(place, facts, () => content(2));
    assertEquals(storage.files.get(`${STORAGE_FOLDER}/${method}/file`)?.length, 200_000);
  }
});
