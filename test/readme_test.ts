/** The README says what the code does. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { variablesTable } from "../lib/config.ts";
import { agentVariables } from "../roles/agent/variables.ts";
import { dashboardVariables } from "../roles/dashboard/variables.ts";
import {
  alienJobManagerVariables,
  alienStorageManagerVariables,
} from "../roles/grid/alien_variables.ts";
import { pandaStorageManagerVariables } from "../roles/grid/panda_variables.ts";
import { jobManagerVariables } from "../roles/jobmanager/variables.ts";
import { keyManagerVariables } from "../roles/keymanager/variables.ts";
import { monitorVariables } from "../roles/monitor/variables.ts";
import { presenceVariables } from "../roles/presence/variables.ts";

const README = fromFileUrl(new URL("../README.md", import.meta.url));
const TABLES = {
  agent: agentVariables,
  jobmanager: jobManagerVariables,
  "alien-jobmanager": alienJobManagerVariables,
  "alien-storagemanager": alienStorageManagerVariables,
  "panda-storagemanager": pandaStorageManagerVariables,
  monitor: monitorVariables,
  dashboard: dashboardVariables,
  presence: presenceVariables,
  keymanager: keyManagerVariables,
};

/** `UPDATE_README=1 deno test -A test/readme_test.ts` writes the tables anew. */
const UPDATE = Deno.env.get("UPDATE_README") === "1";

/** Without the blanks that align columns. */
function unaligned(text: string): string {
  return text.replace(/ {2,}/g, " ").replace(/-{3,}/g, "---");
}

Deno.test("README.md lists every configuration variable as declared", async () => {
  const text = await Deno.readTextFile(README);
  let expected = text;
  for (const [name, variables] of Object.entries(TABLES)) {
    const section = new RegExp(`<!-- variables: ${name} -->\n[^]*?<!-- end -->`);
    const table = `<!-- variables: ${name} -->\n\n${variablesTable(variables)}\n<!-- end -->`;
    expected = expected.replace(section, () => table);
  }
  if (UPDATE) await Deno.writeTextFile(README, expected);
  else assertEquals(unaligned(text), unaligned(expected));
});

Deno.test("README.md names every task that deno.json has", async () => {
  const text = await Deno.readTextFile(README);
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const missing = Object.keys(tasks).filter((task) => !text.includes(`task ${task}`));
  assertEquals(missing, []);
});
