/**
 * Launchers: programs under the original's names that start roles and tools with their permissions.
 *
 * @module
 */

/** A program to be installed. */
export interface Launcher {
  /** Name under which people know it. */
  readonly name: string;
  /** Permission set in `deno.json`. */
  readonly permissions: string;
  /** Module that is run. */
  readonly module: string;
}

/** Every launcher; most bear the original's names. */
export const LAUNCHERS: readonly Launcher[] = [
  { name: "copilot-agent", permissions: "agent", module: "roles/agent.ts" },
  { name: "copilot-jobmanager-generic", permissions: "jobmanager", module: "roles/jobmanager.ts" },
  { name: "copilot-jobmanager-alien", permissions: "grid", module: "roles/alien_jobmanager.ts" },
  {
    name: "copilot-storagemanager-alien",
    permissions: "grid",
    module: "roles/alien_storagemanager.ts",
  },
  {
    name: "copilot-storagemanager-panda",
    permissions: "grid",
    module: "roles/panda_storagemanager.ts",
  },
  { name: "copilot-monitor", permissions: "monitor", module: "roles/monitor.ts" },
  { name: "copilot-dashboard", permissions: "dashboard", module: "roles/dashboard.ts" },
  { name: "copilot-presence", permissions: "presence", module: "roles/presence.ts" },
  { name: "copilot-key-manager", permissions: "keymanager", module: "roles/keymanager.ts" },
  { name: "copilot-keygen", permissions: "keygen", module: "tools/keygen.ts" },
  { name: "copilot-job-submit", permissions: "submit", module: "tools/submit.ts" },
  { name: "copilot-jobs", permissions: "jobs", module: "tools/jobs.ts" },
  { name: "copilot-heartbeat", permissions: "heartbeat", module: "tools/heartbeat.ts" },
  { name: "copilot-trace", permissions: "trace", module: "tools/trace.ts" },
  { name: "copilot-conformance", permissions: "conformance", module: "tools/conformance.ts" },
  { name: "copilot-sandbox", permissions: "sandbox", module: "tools/sandbox.ts" },
];

/**
 * Writes a launcher.
 *
 * @param launcher The program.
 * @param home Absolute path of the installed modules, with `deno` and its cache.
 * @returns A shell script.
 */
export function launcherText(launcher: Launcher, home: string): string {
  const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
  return `#!/bin/sh
export DENO_DIR=${quoted(`${home}/cache`)}
exec ${quoted(`${home}/deno`)} run --quiet --no-prompt --cached-only \\
  --config ${quoted(`${home}/deno.json`)} -P=${launcher.permissions} \\
  ${quoted(`${home}/${launcher.module}`)} "$@"
`;
}
