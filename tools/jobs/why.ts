/**
 * `copilot-jobs why`: what a job waits for, or who holds it.
 *
 * @module
 */
import { EXIT, paint, printJson, printLine } from "../../lib/cli.ts";
import type { OpenQueue } from "../../lib/jobs/open_queue.ts";
import { gatherWhyFacts } from "../../lib/jobs/why_facts.ts";
import { explainJob } from "../../lib/jobs/why.ts";
import { noSuchJob } from "./show.ts";

/** `why`: the answer in a sentence, what it rests on, and what might be done. */
export async function showWhy(queue: OpenQueue, id: string, json: boolean): Promise<number> {
  const facts = await gatherWhyFacts(queue, id);
  if (facts === undefined) return noSuchJob(id);
  const why = explainJob(facts);
  if (json) {
    printJson({ id, state: facts.job.state, ...why });
    return EXIT.done;
  }
  printLine(paint(why.summary, "bold"));
  for (const fact of why.facts) printLine(`  ${fact}`);
  for (const advice of why.advice) printLine(`→ ${advice}`);
  return EXIT.done;
}
