/**
 * `sim/carbon` in a process of its own: asked with schemas and a file, it starts; at any question it tells
 * its ports and what it has taken.
 *
 * @module
 */
import { type CarbonServer, startCarbonServer } from "../../sim/carbon/mod.ts";
import { answerQuestions } from "../helper_process.ts";

/** How to start it. */
interface StartQuestion {
  readonly schemas: string;
  readonly file: string;
}

let server: CarbonServer | undefined;
await answerQuestions<StartQuestion>(async (question) => {
  server ??= await startCarbonServer(question);
  const { carbonPort, graphitePort, counts } = server;
  return { carbonPort, graphitePort, lines: counts.lines };
});
await server?.[Symbol.asyncDispose]();
