/**
 * Every component with a configuration file of its own.
 *
 * @module
 */
import type { Variables } from "../../lib/config.ts";
import { AGENT_COMPONENT, agentVariables } from "../../roles/agent/variables.ts";
import { DASHBOARD_COMPONENT, dashboardVariables } from "../../roles/dashboard/variables.ts";
import {
  ALIEN_JOBMANAGER,
  ALIEN_STORAGEMANAGER,
  alienJobManagerVariables,
  alienStorageManagerVariables,
} from "../../roles/grid/alien_variables.ts";
import {
  PANDA_STORAGEMANAGER,
  pandaStorageManagerVariables,
} from "../../roles/grid/panda_variables.ts";
import { JOBMANAGER_COMPONENT, jobManagerVariables } from "../../roles/jobmanager/variables.ts";
import { KEYMANAGER_COMPONENT, keyManagerVariables } from "../../roles/keymanager/variables.ts";
import { MONITOR_COMPONENT, monitorVariables } from "../../roles/monitor/variables.ts";
import { PRESENCE_COMPONENT, presenceVariables } from "../../roles/presence/variables.ts";
import { HEARTBEAT_COMPONENT, heartbeatVariables } from "../heartbeat/variables.ts";

/** A component with a configuration file. */
export interface Component {
  /** Name of the component; its file is `NAME.conf`. */
  readonly name: string;
  /** Task that starts it. */
  readonly task: string;
  /** First part of the names of its account's and its logging's variables. */
  readonly prefix: string;
  /** Every variable that it reads. */
  readonly variables: Variables;
}

/** The components of a site. */
export const COMPONENTS: readonly Component[] = [
  { name: AGENT_COMPONENT, task: "agent", prefix: "AGENT", variables: agentVariables },
  { name: JOBMANAGER_COMPONENT, task: "jobmanager", prefix: "JM", variables: jobManagerVariables },
  { name: MONITOR_COMPONENT, task: "monitor", prefix: "MON", variables: monitorVariables },
  { name: DASHBOARD_COMPONENT, task: "dashboard", prefix: "DASH", variables: dashboardVariables },
  { name: PRESENCE_COMPONENT, task: "presence", prefix: "PRES", variables: presenceVariables },
  { name: HEARTBEAT_COMPONENT, task: "heartbeat", prefix: "HB", variables: heartbeatVariables },
  { name: KEYMANAGER_COMPONENT, task: "keymanager", prefix: "KM", variables: keyManagerVariables },
  {
    name: ALIEN_JOBMANAGER.component,
    task: "alien-jobmanager",
    prefix: ALIEN_JOBMANAGER.prefix,
    variables: alienJobManagerVariables,
  },
  {
    name: ALIEN_STORAGEMANAGER.component,
    task: "alien-storagemanager",
    prefix: ALIEN_STORAGEMANAGER.prefix,
    variables: alienStorageManagerVariables,
  },
  {
    name: PANDA_STORAGEMANAGER.component,
    task: "panda-storagemanager",
    prefix: PANDA_STORAGEMANAGER.prefix,
    variables: pandaStorageManagerVariables,
  },
];
