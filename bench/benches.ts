/**
 * All benches, in the order of the table. A new one: a file in `bench/rows` and a line here.
 *
 * @module
 */
import type { Bench } from "./row.ts";
import { broker } from "./rows/broker.ts";
import { brokerMemory } from "./rows/broker_memory.ts";
import { carbon } from "./rows/carbon.ts";
import { chirp } from "./rows/chirp.ts";
import { codec } from "./rows/codec.ts";
import { dashboard } from "./rows/dashboard.ts";
import { jobStore } from "./rows/job_store.ts";
import { manager } from "./rows/manager.ts";
import { memoryCycles } from "./rows/memory_cycles.ts";
import { monitor } from "./rows/monitor.ts";
import { redis } from "./rows/redis.ts";
import { secure } from "./rows/secure.ts";
import { site } from "./rows/site.ts";
import { worlds } from "./rows/worlds.ts";

/** All benches. */
export const BENCHES: readonly Bench[] = [
  broker,
  brokerMemory,
  redis,
  chirp,
  carbon,
  codec,
  jobStore,
  manager,
  memoryCycles,
  monitor,
  site,
  dashboard,
  worlds,
  secure,
];
