/**
 * `sim/redis` in a process of its own: asked once, it starts and tells its port.
 *
 * @module
 */
import { type RedisServer, startRedisServer } from "../../sim/redis/mod.ts";
import { answerQuestions } from "../helper_process.ts";

let server: RedisServer | undefined;
await answerQuestions(() => {
  server = startRedisServer();
  return { port: server.port };
});
await server?.stop();
