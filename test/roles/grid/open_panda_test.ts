/** The PanDA storage manager's configuration: what stores output, and what is missing for it. */
import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError, loadConfig } from "../../../lib/config.ts";
import { CommandStore } from "../../../lib/grid/rucio/command_store.ts";
import { RucioStore } from "../../../lib/grid/rucio/rucio_store.ts";
import { createLogger } from "../../../lib/log.ts";
import { openOutputStore } from "../../../roles/grid/open_output_store.ts";
import { pandaStorageManagerVariables } from "../../../roles/grid/panda_variables.ts";

const ALWAYS = {
  JM_JABBER_SERVER: "127.0.0.1",
  JM_JABBER_ID: "storage",
  JM_JABBER_PASSWORD: "secret",
  JM_CHIRP_SERVER: "127.0.0.1",
  JM_CHIRP_WORK_DIR: "/srv/chirp",
  JM_DONE_JOB_DIR: "/srv/done",
  PANDA_URL: "https://panda.example:25443",
  RUCIO_RSE: "SITE_DATADISK",
};
const RUCIO = { RUCIO_URL: "https://rucio.example", RUCIO_ACCOUNT: "copilot" };

/** Opens what a configuration names. */
async function open(values: Readonly<Record<string, string>>) {
  const { config } = await loadConfig(pandaStorageManagerVariables, {
    component: "copilot-storagemanager-panda",
    directory: "/nowhere",
    environment: () => undefined,
    flags: new Map(Object.entries({ ...ALWAYS, ...values })),
  });
  const call = () => Promise.reject(new Error("Nothing is asked yet"));
  return await openOutputStore(config, { call, log: createLogger({ sinks: [] }) });
}

/** Opens what a configuration names, with a file of commands. */
async function openWith(commands: unknown) {
  const file = await Deno.makeTempFile({ prefix: "copilot_commands_" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(commands));
    return await open({ PANDA_COMMANDS_FILE: file });
  } finally {
    await Deno.remove(file);
  }
}

/** What is wrong with a configuration. */
async function problemsOf(opened: Promise<unknown>): Promise<string[]> {
  const { problems } = await assertRejects(() => opened, ConfigError);
  return problems.map(({ subject, problem }) => `${subject} ${problem}`);
}

Deno.test("output goes to Rucio by its interface, unless commands are configured", async () => {
  const login = { RUCIO_AUTH_TYPE: "oidc", RUCIO_TOKEN_FILE: "/run/token" };
  assertEquals(await open({ ...RUCIO, ...login }) instanceof RucioStore, true);
  const commands = { find: ["rucio-find", "{lfn}"], upload: ["rucio-upload", "{file}"] };
  assertEquals(await openWith(commands) instanceof CommandStore, true);
});

Deno.test("what is missing to store output is named at the start, all at once", async () => {
  assertEquals(await problemsOf(open({})), [
    "RUCIO_URL is not set, nor is PANDA_COMMANDS_FILE",
    "RUCIO_ACCOUNT is not set, nor is PANDA_COMMANDS_FILE",
  ]);
  for (
    const [kind, needs] of [
      ["x509_proxy", "X509_USER_PROXY"],
      ["x509", "X509_USER_CERT and X509_USER_KEY"],
      ["oidc", "RUCIO_TOKEN_FILE"],
      ["userpass", "RUCIO_USERNAME and RUCIO_PASSWORD"],
    ]
  ) {
    const problems = await problemsOf(open({ ...RUCIO, RUCIO_AUTH_TYPE: kind ?? "" }));
    assertEquals(problems, [`RUCIO_AUTH_TYPE needs ${needs}`]);
  }
});

Deno.test("a file of commands that is not there, or lacks one, is refused by its variable's name", async () => {
  const unusable = "PANDA_COMMANDS_FILE names a file that cannot be used: ";
  assertEquals(
    await problemsOf(openWith({ find: ["rucio-find"] })),
    [`${unusable}Cannot do without a command for upload`],
  );
  const [problem = ""] = await problemsOf(open({ PANDA_COMMANDS_FILE: "/nowhere/commands.json" }));
  assertEquals(problem.startsWith(`${unusable}No such file`), true, problem);
});
