import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  formatJobDescription,
  type JobDescription,
  parseJobDescription,
} from "../../../lib/protocol/job.ts";

const JOB: JobDescription = {
  chirpUrl: "chirp.site",
  inputDir: "e922bca1",
  inputFiles: ["data.txt", "hello.sh"],
  command: "hello.sh",
  arguments: "-v",
  environment: "",
  packages: "VO_ALICE@AliRoot::v4-16-Rev-01",
};

Deno.test("formatJobDescription() writes what the original's submit tool writes", () => {
  assertEquals(
    formatJobDescription(JOB),
    "chirp.site::::e922bca1::::data.txt###hello.sh::::hello.sh::::-v::::::::VO_ALICE@AliRoot::v4-16-Rev-01::::",
  );
});

Deno.test("formatJobDescription() begins the list with a separator where the command is alone", () => {
  const alone = { ...JOB, inputFiles: ["hello.sh"], arguments: "", packages: "" };
  const written = "chirp.site::::e922bca1::::###hello.sh::::hello.sh::::::::::::::::";
  assertEquals(formatJobDescription(alone), written);
  assertEquals(parseJobDescription(written), alone);
});

Deno.test("parseJobDescription() reads short and long descriptions as Perl's split", () => {
  const short = parseJobDescription("u::::d::::f::::c");
  assertEquals(short.command, "c");
  assertEquals(short.packages, "");
  const long = parseJobDescription("u::::d::::f::::c::::a::::e::::p::::extra");
  assertEquals(long.packages, "p");
});

Deno.test("parseJobDescription() names a description without command", () => {
  assertThrows(
    () => parseJobDescription("u::::d"),
    SyntaxError,
    'Cannot read job description "u::::d": no command',
  );
  assertThrows(() => parseJobDescription(""), SyntaxError, "no command");
});

Deno.test("formatJobDescription() refuses what could not be read back", () => {
  assertThrows(
    () => formatJobDescription({ ...JOB, arguments: "a::::b" }),
    RangeError,
    "arguments",
  );
  assertThrows(
    () => formatJobDescription({ ...JOB, environment: "PATH=x:" }),
    RangeError,
    "environment",
  );
  assertThrows(
    () => formatJobDescription({ ...JOB, inputFiles: ["a###b"] }),
    RangeError,
    "input file",
  );
});

Deno.test("parseJobDescription() reads back whatever formatJobDescription() wrote", () => {
  const text = fc.string({ unit: fc.constantFrom(":", "a", "#", " ", "=", "é", "\n") });
  const arbitrary = fc.record({
    chirpUrl: text,
    inputDir: text,
    inputFiles: fc.array(fc.stringMatching(/^[a-z ./]{1,8}$/), { maxLength: 4 }),
    command: fc.stringMatching(/^[a-z.]{1,8}$/),
    arguments: text,
    environment: text,
    packages: text,
  });
  fc.assert(fc.property(arbitrary, (job) => {
    let written;
    try {
      written = formatJobDescription(job);
    } catch {
      fc.pre(false);
    }
    assertEquals(parseJobDescription(written ?? ""), job);
  }));
});
