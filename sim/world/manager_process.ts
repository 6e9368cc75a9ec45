/**
 * A manager of a world: the real role on seams that fail, dying between any two of its effects and started
 * anew each time.
 *
 * @module
 */
import { silentLogger } from "../../lib/log.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { memoryLink } from "../xmpp/mod.ts";
import { type Defect, DEFECTS } from "./defects.ts";
import { type Life, mortal } from "./life.ts";
import { processName, skewOf, startRole } from "./process.ts";
import { MANAGER_PROCESS } from "./referee.ts";
import {
  CHIRP,
  isStorageManager,
  MANAGER_USER,
  type Site,
  STORAGE_MANAGER,
  STORAGE_USER,
} from "./site.ts";

/**
 * Starts a manager's process, and another one whenever it dies.
 *
 * @param site Where.
 * @param number Which manager, from 1.
 * @param run Which of its processes, from 1.
 */
export function keepManager(site: Site, number: number, run = 1): void {
  const { clock, fate, referee, settings } = site;
  const { faults } = settings;
  const name = processName(`${MANAGER_PROCESS}${number}`, run);
  const dice = fate.dice(name);
  const life = site.begin(name, skewOf(dice, faults));
  const steps = dice.wait(faults.managerSteps);
  const backMs = dice.between(1, faults.managerBackMs);
  life.killAfter(steps, () => fate.admits(`death:${name}`));
  startRole(site, life, createManager(site, life, number));
  life.onDeath(() => {
    referee.note(`${name} dies`);
    referee.forget(name);
    clock.after(backMs, () => keepManager(site, number, run + 1));
  });
}

function createManager(site: Site, life: Life, number: number): JobManager {
  const { broker, fate, network, queue, settings } = site;
  const { xml, files, leases, leaseSeconds, silenceSeconds, retentionSeconds } = settings;
  const { name, clock } = life;
  const calls = queue.connect(life, fate.dice(name));
  const defect: Defect | undefined = settings.defect === undefined
    ? undefined
    : DEFECTS[settings.defect];
  const { isSplit, cooldownSeconds, room, envelope } = site.habits;
  const mode = !isSplit ? "both" : isStorageManager(name) ? "storage" : "queue";
  const link = memoryLink(broker, {
    user: mode === "storage" ? STORAGE_USER : MANAGER_USER,
    resource: `m${number}`,
    xml,
    clock,
    random: fate.random(`${name} link`),
  });
  life.onDeath(() => void link[Symbol.asyncDispose]());
  const attached = network.attach(link, life, fate.dice(name));
  const store = site.openStore(calls);
  // A manager that never dies needs nobody to die between its effects.
  const guard = <Seam extends object>(seam: Seam, silent?: readonly PropertyKey[]) =>
    settings.faults.managerSteps === Infinity ? seam : mortal(seam, life, silent);
  return new JobManager({
    link: defect?.link?.(attached) ?? attached,
    store: guard(defect?.store?.(store, calls) ?? store),
    chirpFolder: guard(site.folder(site.chirp), ["path"]),
    doneFolder: files ? guard(site.done, ["path"]) : undefined,
    chirpAddress: CHIRP,
    mode,
    redirectStorageTo: mode === "queue" ? STORAGE_MANAGER : undefined,
    cooldownSeconds,
    room,
    envelope,
    leases: leases === "on",
    leaseSeconds,
    silenceSeconds,
    retention: retentionSeconds === undefined
      ? undefined
      : { jobSeconds: retentionSeconds, archives: true },
    log: silentLogger,
    clock,
    random: fate.random(name),
  });
}
