/** Names under which the dashboard may be asked. */
import { assertEquals } from "@std/assert";
import { nameCheck } from "../../../roles/dashboard/http/names.ts";
import { startDashboard } from "./_site.ts";

Deno.test("nameCheck() knows the names of loopback where a server listens there alone", () => {
  for (const host of ["127.0.0.1", "localhost", "::1"]) {
    const isName = nameCheck(host, []);
    const asked = ["localhost", "a.localhost", "127.0.0.1", "[::1]", "10.0.0.1"].map(isName);
    assertEquals(asked, [true, true, true, true, true]);
    assertEquals(["evil.example.org", "localhost.example.org", ""].map(isName), [
      false,
      false,
      false,
    ]);
  }
});

Deno.test("nameCheck() allows what it is told, else everything where the server is open to others", () => {
  assertEquals(nameCheck("0.0.0.0", [])("any.example.org"), true);
  const isName = nameCheck("0.0.0.0", ["Copilot.example.org"]);
  assertEquals(
    ["copilot.example.org", "10.0.0.1", "localhost", "evil.example.org"].map(isName),
    [true, true, true, false],
  );
});

Deno.test("the dashboard tells a page that was led to it under another name nothing", async () => {
  await using dashboard = await startDashboard({ names: ["copilot.example.org"] });
  const { hostname, port } = new URL(dashboard.origin);
  const statusFor = async (host: string) => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const request = `GET /api/overview HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const answer = await new Response(connection.readable).text();
    return answer.split(" ")[1];
  };
  assertEquals(await statusFor(`evil.example.org:${port}`), "421");
  assertEquals(await statusFor("copilot.example.org"), "200");
  assertEquals(await statusFor(`127.0.0.1:${port}`), "200");
});
