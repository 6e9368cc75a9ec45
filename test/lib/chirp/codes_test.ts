import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { CHIRP_CODES, fileTransferErrorFor } from "../../../lib/chirp/codes.ts";

Deno.test("fileTransferErrorFor() names the action, the reason and the number", () => {
  const error = fileTransferErrorFor(CHIRP_CODES.NOT_AUTHORIZED, "Cannot get /f from a:9094");
  assertEquals(error.message, "Cannot get /f from a:9094: not authorized (-2)");
  assertEquals(error.code, "not-authorized");
  assertFalse(error.transient);
});

Deno.test("fileTransferErrorFor() calls passing troubles transient", () => {
  const transient = Object.entries(CHIRP_CODES)
    .filter(([, code]) => fileTransferErrorFor(code, "Cannot").transient)
    .map(([name]) => name);
  assertEquals(transient, [
    "NO_MEMORY",
    "TOO_MANY_OPEN",
    "BUSY",
    "TRY_AGAIN",
    "OFFLINE",
    "TIMED_OUT",
    "DISCONNECTED",
    "GRP_UNREACHABLE",
  ]);
});

Deno.test("fileTransferErrorFor() takes numbers that the protocol does not know", () => {
  const error = fileTransferErrorFor(-25, "Cannot");
  assertEquals(error.code, "unknown");
  assertStringIncludes(error.message, "-25");
});
