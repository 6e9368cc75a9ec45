/**
 * An agent of a world: the real role on a model of a machine, which dies, hangs, and comes back as the same
 * or as another.
 *
 * @module
 */
import type { FileTransfer } from "../../lib/chirp/file_transfer.ts";
import { silentLogger } from "../../lib/log.ts";
import type { JobRunner } from "../../lib/machine/job_runner.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { Agent } from "../../roles/agent.ts";
import { modelHost } from "../machine/model_host.ts";
import { modelRunner } from "../machine/model_runner.ts";
import { memoryLink } from "../xmpp/mod.ts";
import { NO_DISK, WorldDisk } from "./disk.ts";
import type { Dice } from "./fate.ts";
import { NO_FILES } from "./file_server.ts";
import type { JobModel } from "./job_model.ts";
import { Liar } from "./liar.ts";
import type { Life } from "./life.ts";
import { processName, skewOf, startRole } from "./process.ts";
import { outputOf } from "./outputs.ts";
import { DOMAIN, MANAGER, type Site } from "./site.ts";

/** The server notices after this time that a machine has vanished. */
const GHOST_MS = 15 * 60_000;
/** Effects that an agent still has at most once its time has come. */
const LAST_STEPS = 12;

/** Under which name an agent is known to the server. */
interface Identity {
  readonly user: string;
  readonly resource: string;
}

/** What an agent is made of. */
export interface AgentParts {
  readonly site: Site;
  /** The jobs as every machine runs them. */
  readonly model: JobModel;
  /** Which agent, from 1. */
  readonly number: number;
}

/**
 * Starts an agent's process, and another one whenever it dies.
 *
 * @param parts See {@linkcode AgentParts}.
 * @param run Which of its processes, from 1.
 * @param identity Under which name. Default: that of the first.
 */
export function keepAgent(parts: AgentParts, run = 1, identity = identityOf(parts, run)): void {
  const { site, number } = parts;
  const { clock, fate, referee, settings: { faults } } = site;
  const name = processName(`agent-${number}`, run);
  const dice = fate.dice(name);
  const life = site.begin(name, skewOf(dice, faults));
  const lifeMs = dice.wait(faults.agentLifeMs);
  const lastSteps = dice.between(-LAST_STEPS, LAST_STEPS);
  const isGhost = dice.fraction() < faults.ghosts;
  const backMs = dice.between(1, faults.agentBackMs);
  const next = dice.fraction() < faults.sameIdentity ? identity : identityOf(parts, run + 1);
  if (lifeMs < Infinity) {
    clock.after(lifeMs, () => {
      if (!fate.admits(`death:${name}`)) return;
      if (lastSteps <= 0) life.kill();
      else life.killAfter(lastSteps);
    });
  }
  hangAgain(site, life, fate.dice(`${name} hangs`));
  const own = memoryLink(site.broker, {
    ...identity,
    xml: site.settings.xml,
    clock: life.clock,
    random: fate.random(`${name} link`),
  });
  const link = site.settings.watchLink?.(own, clock) ?? own;
  startRole(site, life, createAgent(parts, life, identity, link));
  life.onDeath(() => {
    referee.note(`${name} dies`);
    const close = () => void link[Symbol.asyncDispose]();
    if (isGhost) clock.after(GHOST_MS, close);
    else close();
    clock.after(backMs, () => keepAgent(parts, run + 1, next));
  });
}

function identityOf({ number }: AgentParts, run: number): Identity {
  return { user: run === 1 ? `volunteer${number}` : `volunteer${number}-${run}`, resource: "vm" };
}

/** Lets an agent hang now and then. */
function hangAgain(site: Site, life: Life, dice: Dice): void {
  const { clock, fate, settings: { faults } } = site;
  if (faults.agentHangsMs === Infinity) return;
  const waitMs = dice.wait(faults.agentHangsMs);
  const hangMs = dice.between(0, faults.hangMs);
  const sinceMs = clock.now() - site.startMs;
  clock.after(waitMs, () => {
    if (life.dead) return;
    if (fate.admits(`hang:${life.name}#${sinceMs}`)) life.hang(hangMs);
    hangAgain(site, life, dice);
  });
}

function createAgent(
  { site, model, number }: AgentParts,
  life: Life,
  { user, resource }: Identity,
  link: Link,
): Agent {
  const { fate, network, settings: { faults, files } } = site;
  const { name, clock } = life;
  const dice = fate.dice(name);
  const disk = new WorldDisk({ root: "/work", clock });
  const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  const attached = network.attach(link, life, fate.dice(name));
  const isLiar = fate.dice(`agent-${number} character`).fraction() < faults.liars;
  const openTransfer = (): FileTransfer =>
    files ? site.fileServer.open(disk, address, life, dice) : NO_FILES;
  return new Agent({
    manager: MANAGER,
    room: site.habits.room,
    envelope: site.habits.envelope,
    link: isLiar ? new Liar(attached, life, fate.dice(name), site.habits) : attached,
    host: modelHost({ identity: { name: `vm${number}.world` } }),
    workspace: files ? disk : NO_DISK,
    runner: createRunner(model, life, `${user}@${DOMAIN}/${resource}`, files ? disk : undefined),
    openTransfer,
    log: silentLogger,
    // An agent hears from few: a small memory holds all that can come twice.
    delivery: { rememberedLimit: 200 },
    clock,
    random: fate.random(name),
  });
}

/** Runs the model of a job and notes that it has run to its end. The job prints who ran it. */
function createRunner(
  model: JobModel,
  { clock }: Life,
  jid: string,
  disk: WorldDisk | undefined,
): JobRunner {
  const runner = modelRunner({
    clock,
    durationMs: ({ directory }) => model.durationMs(directory),
    waitStatus: ({ directory }) => model.waitStatus(directory),
    stdout: ({ directory }) => outputOf(jid, directory),
    workspace: disk,
  });
  return {
    run: async (request) => {
      const result = await runner.run(request);
      if (result.killedFor === undefined) model.hasRun(request.directory);
      return result;
    },
  };
}
