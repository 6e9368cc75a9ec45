import { assertEquals, assertRejects } from "@std/assert";
import { httpSource } from "../../../roles/presence/http_source.ts";
import { startSilentServer } from "../_server_states.ts";

const SIGNAL = new AbortController().signal;

/** A server that gives one answer, and keeps what it was asked. */
function answering(answer: () => Response) {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const authorization = request.headers.get("authorization");
    asked.push(`${request.method} ${await request.text()} ${authorization ?? ""}`.trimEnd());
    return answer();
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return { url, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("httpSource() asks ejabberd's API, and reads IPv4 addresses in IPv6 form", async () => {
  const sessions = [
    { jid: "agent-1@copilot.test/r", ip: "::ffff:192.0.2.1", connection: "c2s", priority: 0 },
    { jid: "agent-2@copilot.test/r", ip: "2001:db8::1" },
    { jid: "@ no jid" },
    null,
  ];
  await using server = answering(() => Response.json(sessions));
  const source = httpSource({ server: "ejabberd", url: server.url });
  const { count, connections } = await source.census(SIGNAL);
  assertEquals(server.asked, ["POST {}"]);
  assertEquals(count, 4);
  assertEquals(connections.map(({ jid, address }) => [jid.local, address]), [
    ["agent-1", "192.0.2.1"],
    ["agent-2", "2001:db8::1"],
  ]);
});

Deno.test("httpSource() does not wait for a server that says nothing", async () => {
  await using silent = startSilentServer();
  const url = `http://127.0.0.1:${silent.port}/`;
  const source = httpSource({ server: "ejabberd", url, timeoutMs: 20 });
  await assertRejects(() => source.census(SIGNAL), Error, "no answer in 0.02 s");
});

Deno.test("httpSource() shows its authorization, and says what went wrong", async () => {
  const answers = [
    () => new Response("Go away", { status: 401 }),
    () => Response.json({ not: "a list" }),
    () => new Response("<html>"),
  ];
  await using server = answering(() => answers.shift()?.() ?? Response.json([]));
  const source = httpSource({ server: "prosody", url: server.url, authorization: "Bearer secret" });
  await assertRejects(() => source.census(SIGNAL), Error, "status 401 Go away");
  await assertRejects(() => source.census(SIGNAL), SyntaxError, "is no list");
  await assertRejects(() => source.census(SIGNAL), SyntaxError);
  assertEquals(await source.census(SIGNAL), { count: 0, connections: [] });
  assertEquals(server.asked[0], "GET  Bearer secret");
});
