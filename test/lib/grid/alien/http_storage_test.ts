import { assert, assertEquals, assertRejects } from "@std/assert";
import { GridError } from "../../../../lib/grid/adapter.ts";
import type { Access } from "../../../../lib/grid/alien/catalogue.ts";
import { httpStorage } from "../../../../lib/grid/alien/http_storage.ts";
import { MemoryWorkspace } from "../../../../sim/machine/memory_workspace.ts";
import { freePort } from "../../../_free_port.ts";

/** Access to a file of a storage element at a port. */
function accessTo(port: number): Access {
  return {
    url: "root://se.localhost:1094//file",
    httpUrl: `http://127.0.0.1:${port}/file`,
    envelope: "signature=1&size=4",
    storage: "ALICE::CERN::EOS",
    guid: "g",
    file: { sizeBytes: 4, md5: "" },
  };
}

/** A storage element that answers as told. */
function serve(answer: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("a storage element is shown the envelope, and gives what it was given", async () => {
  let [kept, shown]: [string, string | null] = ["", null];
  await using element = serve(async (request) => {
    shown = new URL(request.url).searchParams.get("authz");
    if (request.method === "GET") return new Response(kept);
    kept = await request.text();
    return new Response(null, { status: 201 });
  });
  const folder = new MemoryWorkspace();
  await folder.writeText("from", "some");
  const storage = httpStorage({});
  await storage.upload({ folder, path: "from" }, accessTo(element.port));
  await storage.download(accessTo(element.port), { folder, path: "to" });
  assertEquals([await folder.readText("to"), shown], ["some", "signature=1&size=4"]);
});

Deno.test("a storage element's answer says whether a transfer may be made again", async () => {
  for (
    const [status, transient] of [[403, false], [404, false], [503, true], [507, false], [
      429,
      true,
    ]] as const
  ) {
    await using element = serve(async (request) => {
      await request.body?.cancel();
      return new Response(null, { status });
    });
    const to = { folder: new MemoryWorkspace(), path: "to" };
    const error = await assertRejects(
      () => httpStorage({}).download(accessTo(element.port), to),
      GridError,
    );
    assertEquals([status, error.transient], [status, transient]);
    assertEquals(await to.folder.exists("to"), false);
  }
});

Deno.test("a storage element that falls silent is not waited for, and leaves no part of a file", async () => {
  await using element = serve(() => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const writer = writable.getWriter();
    writer.write(new Uint8Array(2)).catch(() => {});
    writer.closed.catch(() => {});
    return new Response(readable);
  });
  const to = { folder: new MemoryWorkspace(), path: "to" };
  const storage = httpStorage({ timeoutMs: 100 });
  const error = await assertRejects(
    () => storage.download(accessTo(element.port), to),
    GridError,
    "no answer in 0.1 s",
  );
  assert(error.transient);
  assertEquals(await to.folder.exists("to"), false);
});

Deno.test("a storage element may send uploads and downloads on to where its disk is", async () => {
  const kept = new Map<string, string>();
  await using disk = serve(async ({ method, url, body }) => {
    const { search } = new URL(url);
    if (method === "GET") return new Response(kept.get(search) ?? "");
    kept.set(search, await new Response(body).text());
    return new Response(null, { status: 201 });
  });
  await using door = serve(() => {
    // The body is not waited for.
    const location = `http://127.0.0.1:${disk.port}/disk?ticket=1`;
    return new Response(null, { status: 307, headers: { location } });
  });
  const folder = new MemoryWorkspace();
  await folder.writeText("from", "some".repeat(100_000));
  const storage = httpStorage({});
  await storage.upload({ folder, path: "from" }, accessTo(door.port));
  await storage.download(accessTo(door.port), { folder, path: "to" });
  assertEquals([...kept.keys()], ["?ticket=1"]);
  assertEquals(await folder.readText("to"), await folder.readText("from"));
});

Deno.test("a storage element that sends transfers in circles, or nowhere, is left", async () => {
  for (const location of ["", "ftp://127.0.0.1/", "/again"]) {
    await using door = serve(() => new Response(null, { status: 302, headers: { location } }));
    const to = { folder: new MemoryWorkspace(), path: "to" };
    const error = await assertRejects(
      () => httpStorage({}).download(accessTo(door.port), to),
      GridError,
      "it is redirected",
    );
    assert(error.transient);
  }
});

Deno.test("errors show no envelope", async () => {
  const to = { folder: new MemoryWorkspace(), path: "to" };
  const transfer = httpStorage({}).download(accessTo(freePort()), to);
  const error = await assertRejects(() => transfer, GridError, "Connection refused");
  assertEquals(error.message.includes("signature"), false, error.message);
});
