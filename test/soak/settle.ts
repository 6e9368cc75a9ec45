/**
 * Loaded before a program that is soaked: on SIGUSR2 the program collects its garbage and says on standard
 * error how much memory is left in use. Needs `--expose-gc`.
 *
 * @module
 */

import { getHeapSpaceStatistics } from "node:v8";
import { printErrorLine } from "../../lib/cli/output.ts";

/** Spaces of the heap that hold data; the others hold code, which grows as the engine compiles more. */
const DATA_SPACES = /^(new|old|new_large_object|large_object)_space$/;

function dataBytes(): number {
  return getHeapSpaceStatistics().filter(({ space_name }) => DATA_SPACES.test(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

declare const gc: () => void;

Deno.addSignalListener("SIGUSR2", () => {
  gc();
  // What a first collection finalizes, a second one frees.
  setTimeout(() => {
    gc();
    printErrorLine(`settled ${dataBytes() + Deno.memoryUsage().external}`);
  });
});
