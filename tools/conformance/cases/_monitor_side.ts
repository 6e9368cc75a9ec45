/**
 * What cases against monitors share: the suite reports as managers do, and looks at what comes of it.
 *
 * @module
 */
import type { Document } from "mongodb";
import type { CarbonLine } from "../carbon_ear.ts";
import type { MonitorStage } from "../stage.ts";
import { RuleBroken } from "../verdict.ts";

/** The original's time between two flushes. */
const FLUSH_MS = 10_000;
/** How much later than a flush a line may come. */
const LATE_MS = 3000;
/** Longest wait for what was reported to come with a flush. */
export const FLUSHED_MS = FLUSH_MS + LATE_MS;
/** The monitor's own series: one line each flush. */
export const UPDATES = "copilot.monitor.updates";

/** Counts an event. */
export function reportEvent(stage: MonitorStage, event: string, component = stage.component): void {
  stage.say({ command: "reportEvent", component, event });
}

/** Reports a duration in seconds. */
export function reportDuration(stage: MonitorStage, event: string, duration: string): void {
  stage.say({ command: "reportEventDuration", component: stage.component, event, duration });
}

/** Reports a reading. */
export function reportValue(stage: MonitorStage, event: string, value: string): void {
  stage.say({ command: "reportEventValue", component: stage.component, event, value });
}

/** Name of the series of an event. */
export function series(stage: MonitorStage, event: string): string {
  return `copilot.${stage.component}.${event}`;
}

/** Sum of lines. */
export function total(lines: readonly CarbonLine[]): number {
  return lines.reduce((sum, { value }) => sum + value, 0);
}

/** Waits for a counter to add up to a number. */
export function mustCount(stage: MonitorStage, event: string, count: number) {
  return stage.carbon.hear(series(stage, event), FLUSHED_MS, (lines) => total(lines) >= count);
}

/** Waits for a flush: what is reported now comes with the next one, all together. */
export async function afterFlush({ carbon }: MonitorStage): Promise<void> {
  const before = carbon.of(UPDATES).length;
  await carbon.hear(UPDATES, FLUSHED_MS, (lines) => lines.length > before);
}

/**
 * Waits for what reports before it have become, by a reading that follows them: reports of one sender are
 * taken in order.
 */
export async function takenIn(stage: MonitorStage): Promise<void> {
  const event = `taken.${stage.next()}`;
  reportValue(stage, event, "1");
  await stage.carbon.hear(series(stage, event), stage.patience.answerMs);
}

/** Stores a document of a connection of the case's agent. */
export function storeDetails(stage: MonitorStage, more: Document = {}): void {
  const { user, uuid } = stage;
  const agent_data = { component: "agent", id: "s-1", cpus: "1", uuid };
  const counts = { succeeded_jobs: 0, failed_jobs: 0, contributed_time: 0 };
  const place = { host: "conformance.example", resource: "r", loc: [6.1, 46.2] };
  const details = { user, ...place, agent_data, ...counts, connected: true, ...more };
  stage.say({ command: "storeEventDetails", details: JSON.stringify(details) });
}

/** Changes it. */
export function updateDetails(
  stage: MonitorStage,
  updates: Document,
  as: "session" | "event" = "session",
): void {
  stage.say({ command: "updateEventDetails", [as]: stage.uuid, updates: JSON.stringify(updates) });
}

/**
 * Waits until the documents of the case's agent are as they should be.
 *
 * @throws {RuleBroken} When they are not so in time.
 */
export async function mustStore(
  stage: MonitorStage,
  isRight: (documents: readonly Document[]) => boolean,
): Promise<readonly Document[]> {
  const { clock, patience } = stage;
  const endMs = clock.now() + patience.answerMs;
  for (;;) {
    const documents = await stage.documents();
    if (isRight(documents)) return documents;
    if (clock.now() >= endMs) {
      throw new RuleBroken(`MongoDB does not have what it should: ${JSON.stringify(documents)}`);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(100, resolve);
    await promise;
  }
}
