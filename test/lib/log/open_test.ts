import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ConfigError } from "../../../lib/config/config_error.ts";
import { openLog } from "../../../lib/log/open.ts";

const plain = {
  loggerConfigFile: undefined,
  logLevel: "info",
  logFormat: "text",
  logFile: undefined,
} as const;
const options = {
  component: "copilot-agent",
  prefix: "AGENT",
  clock: { now: () => new Date(2011, 2, 25, 17, 9, 2).getTime(), after: () => ({ cancel() {} }) },
};

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("openLog() writes to a file by level and form", async () => {
  await inDirectory(async (directory) => {
    const logFile = join(directory, "log");
    const log = await openLog(
      { ...plain, logLevel: "notice", logFormat: "json", logFile },
      options,
    );
    log.logger.info("not this");
    log.logger.error("this");
    log[Symbol.dispose]();
    assertEquals(JSON.parse(await Deno.readTextFile(logFile)).message, "this");
  });
});

Deno.test("openLog() follows a Log::Dispatch file and logs its warnings", async () => {
  await inDirectory(async (directory) => {
    const loggerConfigFile = join(directory, "agent");
    const filename = join(directory, "log");
    await Deno.writeTextFile(
      loggerConfigFile,
      `dispatchers = file\n[file]\nclass = Log::Dispatch::File\nfilename = ${filename}\n` +
        "mode = append\nformat = [%d] [%p] %m\ncolour = red\n",
    );
    {
      using log = await openLog({ ...plain, loggerConfigFile }, options);
      log.logger.debug("Waking the component up.");
    }
    const [warning, line] = (await Deno.readTextFile(filename)).split("\n");
    assertStringIncludes(warning ?? "", "agent line 7: Ignored the unknown setting file.colour");
    assertEquals(line, "[Fri Mar 25 17:09:02 2011] [debug] Waking the component up.");
  });
});

Deno.test("openLog() names variable, file, meaning and example when the file is absent or wrong", async () => {
  await inDirectory(async (directory) => {
    const loggerConfigFile = join(directory, "agent");
    const open = () => openLog({ ...plain, loggerConfigFile }, options);
    const absent = await assertRejects(open, ConfigError);
    for (const part of ["AGENT_LOGGER_CONFIG_FILE", "agent", "meaning: ", "example: "]) {
      assertStringIncludes(absent.message, part);
    }
    await Deno.writeTextFile(loggerConfigFile, "dispatchers = file\nfile.class = Nothing\n");
    const wrong = await assertRejects(open, ConfigError);
    assertStringIncludes(wrong.message, "line 2: Expected Log::Dispatch::File");
  });
});

Deno.test("openLog() closes what it has opened when a later sink fails", async () => {
  await inDirectory(async (directory) => {
    const loggerConfigFile = join(directory, "agent");
    const section = (name: string, path: string) =>
      `[${name}]\nclass = Log::Dispatch::File\nfilename = ${path}\n`;
    await Deno.writeTextFile(
      loggerConfigFile,
      "dispatchers = a b\n" + section("a", join(directory, "log")) +
        section("b", join(directory, "none", "log")),
    );
    await assertRejects(
      () => openLog({ ...plain, loggerConfigFile }, options),
      ConfigError,
      "none",
    );
    const logFile = join(directory, "none", "log");
    await assertRejects(
      () => openLog({ ...plain, logFile }, options),
      ConfigError,
      "AGENT_LOG_FILE",
    );
  });
});
