/**
 * `sim/chirp` in a process of its own: asked once, with a directory, it serves it and tells its port.
 *
 * @module
 */
import { type ChirpServer, startChirpServer } from "../../sim/chirp/mod.ts";
import { answerQuestions } from "../helper_process.ts";

/** How to start it. */
interface StartQuestion {
  /** Directory that it serves. */
  readonly root: string;
}

let server: ChirpServer | undefined;
await answerQuestions<StartQuestion>(async ({ root }) => {
  server = await startChirpServer({ root, rootAcl: "address:127.0.0.1 rwlda\n" });
  return { port: server.port };
});
await server?.[Symbol.asyncDispose]();
