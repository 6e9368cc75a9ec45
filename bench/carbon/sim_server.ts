/**
 * `sim/carbon` in a process of its own: asked once, with schemas and a file, it starts and tells its ports.
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
  server = await startCarbonServer(question);
  return { carbonPort: server.carbonPort };
});
await server?.[Symbol.asyncDispose]();
