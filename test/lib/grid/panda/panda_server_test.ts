/** What PanDA servers are asked, by either of their interfaces, and what is made of their answers. */
import { assertEquals, assertRejects } from "@std/assert";
import { GridError } from "../../../../lib/grid/adapter.ts";
import { PandaApiClassic } from "../../../../lib/grid/panda/panda_api_classic.ts";
import { PandaApiV1 } from "../../../../lib/grid/panda/panda_api_v1.ts";
import type { JobUpdate, PandaServer } from "../../../../lib/grid/panda/panda_server.ts";
import { memoryHttp } from "../../../../sim/grid/http/service.ts";
import { PandaService } from "../../../../sim/grid/panda/panda_service.ts";
import { VirtualClock } from "../../../../sim/world/virtual_clock.ts";

const URL = "https://panda.example:25443";
const APIS = { v1: PandaApiV1, classic: PandaApiClassic } as const;
const OUTPUT = { guid: "0".repeat(32), fsize: 7, adler32: "0bcc02aa", md5sum: "0".repeat(32) };
const UPDATE: JobUpdate = {
  jobId: "4001",
  status: "finished",
  attempt: 1,
  node: "vm",
  site: "SITE",
  cpuSeconds: 12,
  payloadExitCode: 0,
  pilotErrorCode: 0,
  pilotError: "none & nothing = ünlucky",
  outputs: { "user.alice.out": OUTPUT },
};

/** A server with one running job, which serves one interface, and a client that speaks one. */
function openRig(serves: keyof typeof APIS, speaks = serves) {
  const clock = new VirtualClock();
  const panda = new PandaService({ clock, tokens: ["token"], api: serves });
  const outputs = { "user.alice.out": OUTPUT.guid };
  const job = panda.add({ pandaId: 4001, site: "SITE", dataset: "user.alice.run1", outputs });
  job.send("pilot", clock.now());
  job.update({ job_status: "running" }, clock.now());
  const connect = (token: string, call = memoryHttp({ [URL]: panda })): PandaServer =>
    new APIS[speaks]({
      url: URL,
      token: () => Promise.resolve({ token, vo: "atlas" }),
      call,
      clock,
    });
  return { clock, job, connect, server: connect("token") };
}

for (const api of ["v1", "classic"] as const) {
  Deno.test(`PandaServer (${api}) ends a job once, and says what the server made of it`, async () => {
    const { clock, job, server } = openRig(api);
    assertEquals(await server.jobStatus("4001"), "running");
    assertEquals(await server.jobStatus("5"), undefined);
    assertEquals(await server.updateJob({ ...UPDATE, attempt: 7 }), "not wanted");
    assertEquals(await server.updateJob(UPDATE), "taken");
    assertEquals(await server.updateJob(UPDATE), "already ended");
    assertEquals(job.end, {
      job_id: 4001,
      job_status: "finished",
      attempt_nr: 1,
      node: "vm",
      site_name: "SITE",
      cpu_consumption_time: 12,
      trans_exit_code: 0,
      pilot_error_code: 0,
      pilot_error_diag: "none & nothing = ünlucky",
      job_output_report: JSON.stringify(UPDATE.outputs),
    });
    await clock.advance(2000);
    assertEquals([await server.jobStatus("4001"), job.ends], ["finished", 1]);
    assertEquals(await server.updateJob(UPDATE), "already ended");
  });

  Deno.test(`PandaServer (${api}) waits where it is not let in, or the server has another interface`, async () => {
    const { connect } = openRig(api);
    const other = openRig(api === "v1" ? "classic" : "v1", api).server;
    for (const [server, message] of [[connect("old"), "Token"], [other, "is forbidden"]] as const) {
      for (const ask of [() => server.updateJob(UPDATE), () => server.jobStatus("4001")]) {
        const error = await assertRejects(ask, GridError, message);
        assertEquals(error.transient, true);
      }
    }
  });

  Deno.test(`PandaServer (${api}) takes no answer that it cannot read for a job that is gone`, async () => {
    const { connect } = openRig(api);
    const answers = [
      "",
      "<html>",
      "StatusCode=10",
      "StatusCode=&status=failed",
      "status=failed",
      '{"success": true, "data": []}',
      '{"success": true, "data": {"StatusCode": 10}}',
      '{"success": false, "message": "Timed out"}',
      "null",
    ];
    for (const answer of answers) {
      const server = connect("token", () => Promise.resolve(new Response(answer)));
      for (const ask of [() => server.updateJob(UPDATE), () => server.jobStatus("4001")]) {
        const error = await assertRejects(ask, GridError, "The PanDA server", answer);
        assertEquals([answer, error.transient], [answer, true]);
      }
    }
  });
}
