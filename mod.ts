/**
 * Co-Pilot for Deno: CernVM Co-Pilot as a scripting toolkit. Protocol, clients, the job queue, the
 * roles as classes, and a whole site in one call.
 *
 * @example Put a job into the queue of a site; running it twice leaves one job
 * ```ts
 * import { openJobs, startSandbox } from "@cernvm/copilot";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * {
 *   await using site = await startSandbox({ directory });
 *   await using jobs = await openJobs({ directory: site.addresses.directories.config });
 *   const job = { command: "fixtures/demo/calculator.sh", key: "nightly-7" };
 *   const [id = ""] = await jobs.submit(job);
 *   assertEquals(await jobs.submit(job), [id]);
 *   assertEquals((await jobs.store.get(id))?.state, "waiting");
 * }
 * await Deno.remove(directory, { recursive: true });
 * ```
 *
 * @module
 */
export * from "./lib/chirp/mod.ts";
export * from "./lib/clock.ts";
export { connectRedis, type RedisOptions } from "./lib/jobs/ioredis_calls.ts";
export * from "./lib/jobs/job_state.ts";
export * from "./lib/jobs/job_store.ts";
export { readJobOutput } from "./lib/jobs/job_output.ts";
export { type OpenQueue, openQueue, type QueueConfig, queueOn } from "./lib/jobs/open_queue.ts";
export * from "./lib/jobs/queue_view.ts";
export * from "./lib/jobs/redis_calls.ts";
export type { Fit } from "./lib/jobs/requirements.ts";
export { RedisJobStore, type RedisJobStoreOptions } from "./lib/jobs/redis_job_store.ts";
export * from "./lib/jobs/why.ts";
export { gatherWhyFacts } from "./lib/jobs/why_facts.ts";
export { type Submission, type SubmissionSite, submitJobs } from "./lib/jobs/submission.ts";
export * from "./lib/jobs/wait_for_jobs.ts";
export type { LogFields } from "./lib/log/fields.ts";
export * from "./lib/log/format.ts";
export * from "./lib/log/level.ts";
export * from "./lib/log/logger.ts";
export * from "./lib/log/sink.ts";
export type { UnpackLimits } from "./lib/machine/archive.ts";
export type { ArchiveMember, MemberType } from "./lib/machine/archive_member.ts";
export { diskWorkspace, type DiskWorkspaceOptions } from "./lib/machine/disk_workspace.ts";
export * from "./lib/machine/host.ts";
export * from "./lib/machine/job_runner.ts";
export { linuxHost, type LinuxHostOptions } from "./lib/machine/linux_host.ts";
export { processRunner, type ProcessRunnerOptions } from "./lib/machine/process_runner.ts";
export * from "./lib/machine/workspace.ts";
export type { BackoffOptions } from "./lib/messaging/backoff.ts";
export type {
  CommandHandler,
  Component,
  ContainerOptions,
  Reply,
  Sender,
} from "./lib/messaging/container.ts";
export type {
  DeliveryOptions,
  DeliveryOutcome,
  PostOptions,
  SendOptions,
} from "./lib/messaging/delivery.ts";
export {
  eventReporter,
  type EventReporterOptions,
  type Events,
  silentEvents,
} from "./lib/messaging/event_reporter.ts";
export * from "./lib/messaging/link.ts";
export type { OutboxOptions } from "./lib/messaging/outbox.ts";
export {
  type SaslMechanismName,
  type TlsMode,
  xmppLink,
  type XmppLinkOptions,
} from "./lib/messaging/xmpp_link.ts";
export * from "./lib/protocol/mod.ts";
export * from "./lib/random.ts";
export { AGENT_TIMES, type AgentOptions, type AgentTimes } from "./roles/agent/options.ts";
export { Agent } from "./roles/agent.ts";
export * from "./roles/dashboard/sources/connections.ts";
export * from "./roles/dashboard/sources/graphite.ts";
export * from "./roles/dashboard/sources/mongo_connections.ts";
export {
  Dashboard,
  type DashboardOptions,
  type DashboardSources,
  type OpenSource,
} from "./roles/dashboard.ts";
export {
  openJobs,
  type OpenJobsOptions,
  SiteJobs,
  type SiteJobsParts,
} from "./roles/jobmanager/open_jobs.ts";
export type { EscortState, JobEscort } from "./roles/jobmanager/job_escort.ts";
export type { AskingHost, JobSupplier } from "./roles/jobmanager/job_supplier.ts";
export type { JobManagerOptions } from "./roles/jobmanager/options.ts";
export type { EndedJob } from "./roles/jobmanager/output.ts";
export type { Retention } from "./roles/jobmanager/retention.ts";
export { JobManager } from "./roles/jobmanager.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./sim/sandbox.ts";
export type { SandboxAddresses } from "./sim/sandbox_config.ts";
export type { Monitoring, MonitoringPorts } from "./sim/sandbox/monitoring.ts";
