/**
 * The tables of `docs/configuration.md`, made from the declarations that components read by.
 *
 * @module
 */
import {
  chatRoomVariables,
  envelopeVariable,
  loggingVariables,
  protectionVariables,
  type Variables,
  variablesTable,
  xmppAccountVariables,
} from "../lib/config.ts";
import { alienVariables } from "../roles/grid/alien_variables.ts";
import {
  folderVariables,
  handOutVariables,
  queueVariables,
  tendingVariables,
} from "../roles/jobmanager/variables.ts";
import { type Component, COMPONENTS } from "../tools/install/components.ts";

/** Variables that several components read, told once; by the heading of their table. */
const GROUPS: Readonly<Record<string, (prefix: string) => Variables>> = {
  account: (prefix) => ({ ...xmppAccountVariables(prefix), ...envelopeVariable }),
  logging: loggingVariables,
  protection: protectionVariables,
  room: () => chatRoomVariables,
  queue: () => queueVariables,
  folders: () => folderVariables,
  "hand-out": () => handOutVariables,
  leases: () => tendingVariables,
  alien: alienVariables,
};

function namesOf(variables: Variables): string[] {
  return Object.values(variables).map(({ name }) => name);
}

/** The groups that a component reads: those of which it declares every name. */
function groupsOf({ prefix, variables }: Component): string[] {
  const names = new Set(namesOf(variables));
  return Object.keys(GROUPS).filter((group) =>
    namesOf(GROUPS[group]?.(prefix) ?? {}).every((name) => names.has(name))
  );
}

/** Rows without the heading, and without the example, which may name the component. */
function rowsOf(variables: Variables): [row: string, withoutExample: string][] {
  return variablesTable(variables).trimEnd().split("\n").slice(2)
    .map((row) => [row, row.replace(/ \|[^|]*\|$/, "")]);
}

/** What the tables of a component's groups do not say of it, word for word. */
function ownVariables(component: Component): Variables {
  const told = new Set(
    groupsOf(component)
      .flatMap((group) => rowsOf(GROUPS[group]?.(component.prefix) ?? {}))
      .map(([, row]) => row),
  );
  return Object.fromEntries(
    Object.entries(component.variables).filter(([key, variable]) =>
      rowsOf({ [key]: variable }).every(([, row]) => !told.has(row))
    ),
  );
}

/** A group's variables as every component has them: `*` stands for its prefix, examples are an agent's. */
function sharedVariables(group: (prefix: string) => Variables): Variables {
  return Object.fromEntries(
    Object.entries(group("AGENT")).map((
      [key, variable],
    ) => [key, { ...variable, name: variable.name.replace(/^AGENT_/, "*_") }]),
  );
}

function componentsTable(): string {
  const rows = COMPONENTS.map((component) => {
    const { name, task, prefix } = component;
    const groups = groupsOf(component).map((group) => `[${group}](#${group})`).join(", ");
    return `| [\`${name}.conf\`](#${name}conf) | \`${task}\` | \`${prefix}\` | ${groups} |\n`;
  });
  return `| File | Task | \`*\` | Reads, besides its own |\n| --- | --- | --- | --- |\n${
    rows.join("")
  }`;
}

/**
 * Makes the tables.
 *
 * @returns By name: `components`, one for each group, one for each component.
 */
export function configurationTables(): ReadonlyMap<string, string> {
  return new Map([
    ["components", componentsTable()],
    ...Object.entries(GROUPS).map(([group, variables]) =>
      [group, variablesTable(sharedVariables(variables))] as const
    ),
    ...COMPONENTS.map((component) =>
      [component.name, variablesTable(ownVariables(component))] as const
    ),
  ]);
}
