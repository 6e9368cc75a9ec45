/**
 * Co-Pilot for Deno: CernVM Co-Pilot as a scripting toolkit. Protocol, clients, the job queue, the roles as
 * classes, and a whole site in one call.
 *
 * @example Submit a job from a script and wait for it
 * ```ts ignore
 * import { connectRedis, RedisJobStore } from "@cernvm/copilot";
 *
 * await using redis = await connectRedis({ host: "localhost" });
 * const store = new RedisJobStore(redis);
 * const job = {
 *   id: crypto.randomUUID(),
 *   chirpUrl: "chirp.example.org:9094",
 *   inputDir: "calculator",
 *   inputFiles: ["calculator.sh"],
 *   command: "calculator.sh",
 *   arguments: "",
 *   environment: "",
 *   packages: "",
 * };
 * const { id } = await store.submit(job, { key: "nightly-2026-11-22" });
 * console.log(await store.get(id));
 * ```
 *
 * @module
 */
export * from "./lib/chirp/mod.ts";
export * from "./lib/clock.ts";
export { connectRedis, type RedisOptions } from "./lib/jobs/ioredis_calls.ts";
export * from "./lib/jobs/job_state.ts";
export * from "./lib/jobs/job_store.ts";
export * from "./lib/jobs/redis_calls.ts";
export { RedisJobStore, type RedisJobStoreOptions } from "./lib/jobs/redis_job_store.ts";
export { type Submission, type SubmissionSite, submitJobs } from "./lib/jobs/submission.ts";
export type { LogFields } from "./lib/log/fields.ts";
export type { Logger } from "./lib/log/logger.ts";
export * from "./lib/machine/host.ts";
export * from "./lib/machine/job_runner.ts";
export * from "./lib/machine/workspace.ts";
export type { BackoffOptions } from "./lib/messaging/backoff.ts";
export type { CommandHandler, Component, Reply, Sender } from "./lib/messaging/container.ts";
export type { DeliveryOptions, DeliveryOutcome, PostOptions } from "./lib/messaging/delivery.ts";
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
export type { JobManagerOptions } from "./roles/jobmanager/options.ts";
export type { Retention } from "./roles/jobmanager/retention.ts";
export { JobManager } from "./roles/jobmanager.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./sim/sandbox.ts";
export type { Addresses as SandboxAddresses } from "./sim/sandbox_config.ts";
