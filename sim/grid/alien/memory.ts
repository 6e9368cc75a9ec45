/**
 * AliEn's services reached without a socket and without programs, for tests in virtual time.
 *
 * @module
 */
import { type Clock, sleep } from "../../../lib/clock.ts";
import { GridError } from "../../../lib/grid/adapter.ts";
import { type AlienCalls, parseAnswer } from "../../../lib/grid/alien/answer.ts";
import type { AlienStorage } from "../../../lib/grid/alien/storage.ts";
import type { CommandResult, CommandRunner } from "../../../lib/grid/commands/command_runner.ts";
import { joined } from "../../machine/memory_archive.ts";
import type { CentralServices } from "./central_services.ts";
import { runCommand } from "./commands/mod.ts";
import type { Fault } from "./faults.ts";

/** Argument lists that {@linkcode memoryCommands} understands. */
export const MEMORY_COMMANDS = {
  take: ["take", "{request}", "{host}", "{jdl}"],
  status: ["status", "{id}", "{resubmission}", "{status}", "{host}", "{exitCode}", "{reason}"],
  heartbeat: ["heartbeat", "{id}", "{resubmission}"],
} as const;

/** Exit status of a command that may be made again. */
const FAILED = 75;

/** Waits, or fails, as a fault has it. */
async function suffer(
  fault: Fault | undefined,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (fault?.kind === "slow") await sleep(clock, fault.delayMs ?? 1000, { signal });
}

/** Makes the connection of a client. */
export function memoryCalls(services: CentralServices): AlienCalls {
  const session = services.session();
  return {
    async call(command, options, how = {}) {
      const fault = services.faults.strike(command);
      await suffer(fault, services.clock, how.signal);
      if (!services.acceptsCertificates || fault?.kind === "broken") {
        throw new GridError("Cannot reach AliEn: the session was closed", { transient: true });
      }
      if (fault?.kind === "refused") return { exitCode: 121, error: "Try later", results: [] };
      if (fault?.kind === "denied") return { exitCode: 1, error: "Not permitted", results: [] };
      const { exitCode, error, results } = runCommand(services, session, command, options);
      if (fault?.kind === "lost") {
        throw new GridError("Cannot reach AliEn: no answer", { transient: true });
      }
      const metadata = { exitcode: `${exitCode}`, error };
      return await Promise.resolve(parseAnswer(JSON.stringify({ metadata, results })));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Makes the mover of files. */
export function memoryStorage(services: CentralServices): AlienStorage {
  const pathOf = (url: string) => new URL(url).pathname.replace(/^\/se/, "");
  const refuse = (what: string, status: number) => {
    if (status < 300) return;
    throw new GridError(`The storage refuses ${what}: ${status}`, { transient: status === 503 });
  };
  const strike = async (at: string, signal: AbortSignal | undefined) => {
    const fault = services.faults.strike(at);
    await suffer(fault, services.clock, signal);
    if (fault?.kind === "refused" || fault?.kind === "broken") refuse(at, 503);
    if (fault?.kind === "denied") refuse(at, 403);
    return fault;
  };
  return {
    async upload(from, { httpUrl = "", envelope }, how = {}) {
      const fault = await strike("PUT", how.signal);
      const bytes = await joined(from.folder.read(from.path));
      refuse(from.path, services.put(pathOf(httpUrl), envelope, bytes));
      if (fault?.kind === "lost") refuse(from.path, 503);
    },
    async download({ httpUrl = "", envelope }, to, how = {}) {
      const fault = await strike("GET", how.signal);
      const bytes = services.get(pathOf(httpUrl), envelope);
      if (typeof bytes === "number") return refuse(to.path, bytes);
      await to.folder.write(to.path, ReadableStream.from([bytes]));
      if (fault?.kind === "lost") refuse(to.path, 503);
    },
  };
}

/** Makes the runner of {@linkcode MEMORY_COMMANDS}. */
export function memoryCommands(services: CentralServices): CommandRunner {
  return {
    async run([program = "", ...args], { signal }): Promise<CommandResult> {
      const fault = services.faults.strike(program);
      await suffer(fault, services.clock, signal);
      const failure = { code: FAILED, stdout: "", stderr: "The central services are away" };
      if (!services.acceptsCertificates) return failure;
      if (fault?.kind === "refused" || fault?.kind === "broken") return failure;
      if (fault?.kind === "denied") return { ...failure, code: 65, stderr: "Not permitted" };
      const stdout = runStep(services, program, args);
      if (stdout === undefined) return { ...failure, code: 65, stderr: "The job is another's" };
      return fault?.kind === "lost" ? failure : { code: 0, stdout, stderr: "" };
    },
  };
}

/**
 * Does what a command asks of the queue.
 *
 * @param services The services.
 * @param step `take`, `status` or `heartbeat`.
 * @param args Its arguments, as in {@linkcode MEMORY_COMMANDS}.
 * @returns What the command prints; `undefined` where the job has been put back since it was taken.
 */
export function runStep(
  services: CentralServices,
  step: string,
  args: readonly string[],
): string | undefined {
  if (step === "take") {
    const [request = "", host = "", jdl = ""] = args;
    return JSON.stringify(services.match(request, host, jdl));
  }
  const [id = "", resubmission = "", status = "", host = "", exitCode = "", reason = ""] = args;
  const job = services.queue.job(id);
  if (job === undefined) throw new TypeError(`There is no job ${id}`);
  if (resubmission !== "" && resubmission !== `${job.resubmissions}`) return undefined;
  if (step === "status") services.queue.setStatus(job, { status, host, exitCode, reason });
  return "";
}
