import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError, loadConfig } from "../../../lib/config.ts";
import { silentLogger } from "../../../lib/log.ts";
import { agentOptions } from "../../../roles/agent/open_agent.ts";
import { AGENT_COMPONENT, agentVariables } from "../../../roles/agent/variables.ts";

async function configure(lines: Record<string, string>) {
  const directory = await Deno.makeTempDir();
  try {
    const text = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`).join("");
    await Deno.writeTextFile(`${directory}/${AGENT_COMPONENT}.conf`, text);
    return await loadConfig(agentVariables, {
      component: AGENT_COMPONENT,
      directory,
      environment: () => undefined,
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const REQUIRED = {
  JM_JABBER_ADDRESS: "jm@site",
  AGENT_JABBER_SERVER: "127.0.0.1",
  AGENT_JABBER_ID: "agent",
  AGENT_JABBER_PASSWORD: "secret",
};

Deno.test("agentOptions() refuses clear text where secure mode was asked for", async () => {
  const refused = async (lines: Record<string, string>, name: string) => {
    const { config } = await configure({ ...REQUIRED, ...lines });
    await assertRejects(() => agentOptions(config, silentLogger), ConfigError, name);
  };
  await refused({ AGENT_SECURE_MODE: "1" }, "PUBLIC_KEYS_FILE is not set");
  await refused({ AGENT_SECURE_MODE: "1", PUBLIC_KEYS_FILE: "/nowhere/keys" }, "cannot be used");
  await refused({ AGENT_SEALED_KEY_FILE: "/nowhere/key" }, "AGENT_SEALED_KEY_FILE");
  const both = { AGENT_SECURE_MODE: "1", AGENT_SEALED_KEY_FILE: "/nowhere/key" };
  await refused(both, "cannot be on together with sealed mode");
});

Deno.test("agentOptions() takes the original's times, room and managers from the configuration", async () => {
  const workDir = await Deno.makeTempDir();
  try {
    const { config, warnings } = await configure({
      ...REQUIRED,
      AGENT_WORK_DIR: workDir,
      SM_JABBER_ADDRESS: "sm@site",
      AGENT_TRUSTED_MANAGERS: "jm2@site,grid.example",
      HB_CHAT_SERVER: "conference.site",
      HB_CHAT_ROOM: "lounge",
      MON_JABBER_ADDRESS: "mon@site",
    });
    const options = await agentOptions(config, silentLogger);
    assertEquals(options.manager, "jm@site");
    assertEquals(options.trusted, ["sm@site", "jm2@site", "grid.example"]);
    assertEquals(options.room, "lounge@conference.site");
    assertEquals(options.times, {
      requestMs: 60_000,
      runJobMs: 60_000,
      longestRequestMs: 3_600_000,
      sleepMs: 1_200_000,
    });
    assertEquals(options.monitor, "mon@site");
    assertEquals(warnings, []);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
