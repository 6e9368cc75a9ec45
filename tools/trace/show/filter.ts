/**
 * Choosing the part of a story that somebody wants to see.
 *
 * @module
 */
import type { Saying, Step, Story } from "./story.ts";

/** What is to be seen; a step must match each that is given. */
export interface StoryFilter {
  /** Names of commands. */
  readonly commands?: readonly string[] | undefined;
  /** Id of a job, or its beginning. */
  readonly job?: string | undefined;
  /** Name of a component, or a part of its JID. */
  readonly peer?: string | undefined;
}

/**
 * Chooses steps.
 *
 * @param story The whole story.
 * @param filter What is to be seen.
 * @returns The chosen steps, and the components that take part in them.
 */
export function filterStory(story: Story, filter: StoryFilter): Story {
  const { commands = [], job, peer } = filter;
  const steps = story.steps.filter((step) =>
    (commands.length === 0 || (step.type === "saying" && commands.includes(step.title))) &&
    (job === undefined || (step.type === "saying" && isAbout(step, job))) &&
    (peer === undefined || isOf(step, peer))
  );
  if (steps.length === story.steps.length) return story;
  const named = new Set(
    steps.flatMap((step) => step.type === "note" ? [step.of] : [step.from, ...step.to]),
  );
  const components = story.components.filter((component) => named.has(component));
  return { ...story, components, steps };
}

function isAbout({ values }: Saying, job: string): boolean {
  return values.some(({ name, value }) =>
    /(?:^|\.)(?:jobID|job\.id)$/.test(name) && value.startsWith(job)
  );
}

function isOf(step: Step, peer: string): boolean {
  if (step.type === "note") return step.of === peer || step.jid.includes(peer);
  return step.from === peer || step.to.includes(peer) || step.fromJid.includes(peer) ||
    step.toJid.includes(peer);
}
