/**
 * systemd units for the roles.
 *
 * @module
 */

/** A role that runs as a service. */
export interface Service {
  /** Name of the unit and of the launcher. */
  readonly name: string;
  readonly description: string;
  /** Directories that the service must be able to write, beside its log and `/var/lib/copilot`. */
  readonly writes: readonly string[];
  /** Longest time that a stop may take, in seconds: a job is handed back or finished. */
  readonly stopSeconds: number;
}

/** The services of a site. */
export const SERVICES: readonly Service[] = [
  {
    name: "copilot-jobmanager-generic",
    description: "Co-Pilot generic job and storage manager",
    writes: ["/srv/copilot"],
    stopSeconds: 30,
  },
  {
    name: "copilot-jobmanager-alien",
    description: "Co-Pilot AliEn job manager",
    writes: ["/srv/copilot"],
    stopSeconds: 30,
  },
  {
    name: "copilot-storagemanager-alien",
    description: "Co-Pilot AliEn storage manager",
    writes: ["/srv/copilot"],
    stopSeconds: 30,
  },
  {
    name: "copilot-storagemanager-panda",
    description: "Co-Pilot PanDA storage manager",
    writes: ["/srv/copilot"],
    stopSeconds: 30,
  },
  {
    name: "copilot-monitor",
    description: "Co-Pilot monitor",
    writes: [],
    stopSeconds: 30,
  },
  {
    name: "copilot-dashboard",
    description: "Co-Pilot dashboard",
    writes: [],
    stopSeconds: 10,
  },
  {
    name: "copilot-presence",
    description: "Co-Pilot presence reporter",
    writes: [],
    stopSeconds: 30,
  },
  {
    name: "copilot-key-manager",
    description: "Co-Pilot key manager",
    writes: [],
    stopSeconds: 30,
  },
  {
    name: "copilot-agent",
    description: "Co-Pilot agent",
    writes: [],
    stopSeconds: 60,
  },
];

/**
 * Writes a unit.
 *
 * @param service The role.
 * @param launcher Absolute path of its launcher.
 * @returns Text of the `.service` file.
 */
export function unitText(service: Service, launcher: string): string {
  return `[Unit]
Description=${service.description}
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=${launcher}
User=copilot
Group=copilot
Environment=COPILOT_CONFIG=/etc/copilot
Restart=on-failure
RestartSec=5
TimeoutStopSec=${service.stopSeconds}
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict
StateDirectory=copilot
LogsDirectory=copilot
${service.writes.map((path) => `ReadWritePaths=-${path}\n`).join("")}
[Install]
WantedBy=multi-user.target
`;
}
