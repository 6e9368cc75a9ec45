import { assertEquals } from "@std/assert";
import type { Execution } from "../../../roles/agent/execute_job.ts";
import { handBackReport, isFenced, jobReport, statusText } from "../../../roles/agent/report.ts";
import { FENCED, runJob, UNFENCED } from "../_dialogue.ts";

const EXECUTION: Execution = {
  waitStatus: 768,
  validateStatus: undefined,
  userSeconds: 1.234,
  wallSeconds: 2.5,
  failure: undefined,
  elsewhere: false,
  agentIp: undefined,
};

Deno.test("jobReport() says to the original what the original's agent says", () => {
  assertEquals(jobReport(runJob("one", UNFENCED), EXECUTION, "vm"), {
    command: "jobDone",
    jobID: "one",
    state: "ready",
    exitCode: "768",
    agentHost: "vm",
    jmJobData: "startedAt=1767225600####wallTime=1.23####",
  });
});

Deno.test("jobReport() returns the manager's own data byte for byte, whatever they are", () => {
  for (const data of ["", "odd", "a=b####c", "startedAt=1####"]) {
    const { jmJobData = "" } = jobReport(runJob("one", data), EXECUTION, "vm");
    const joint = data === "" || data.endsWith("####") ? "" : "####";
    assertEquals(jmJobData, `${data}${joint}wallTime=1.23####`);
  }
});

Deno.test("jobReport() leaves the CPU time empty where it is not known, as the original", () => {
  const report = jobReport(runJob("one", ""), { ...EXECUTION, userSeconds: undefined }, "vm");
  assertEquals(report.jmJobData, "wallTime=####");
});

Deno.test("jobReport() tells of validation and of failures", () => {
  const execution = { ...EXECUTION, validateStatus: 256, failure: "No input" };
  const report = jobReport(runJob("one"), execution, "vm");
  assertEquals([report.validateExitCode, report.failure], ["256", "No input"]);
});

Deno.test("handBackReport() hands back to managers of ours, and fails for the original", () => {
  const ours = handBackReport(runJob("one", FENCED), "returned", "Stopped", "vm");
  assertEquals([ours.state, ours.jmJobData, ours.failure], ["returned", FENCED, "Stopped"]);
  const original = handBackReport(runJob("one", UNFENCED), "unable", "No disk", "vm");
  assertEquals([original.state, original.exitCode], ["ready", "65280"]);
});

Deno.test("isFenced() looks for the token of a lease", () => {
  assertEquals([FENCED, UNFENCED, "", "token=####"].map((data) => isFenced(runJob("one", data))), [
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("statusText() holds what a manager needs to end the job without its agent", () => {
  const execution = { ...EXECUTION, validateStatus: 0 };
  const text = statusText(jobReport(runJob("one"), execution, "vm"));
  assertEquals(text, "validateExitCode=0####wallTime=1.23####elapsed=2.500####exitCode=768####");
});
