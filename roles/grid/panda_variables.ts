/**
 * The PanDA storage manager's configuration, `copilot-storagemanager-panda.conf`: that of a manager which takes
 * output, under the names that the original's file has, and where PanDA and Rucio are.
 *
 * @module
 */
import { defineVariables } from "../../lib/config.ts";
import type { ManagerIdentity } from "../jobmanager/open_jobmanager.ts";
import { gridManagerVariables } from "./variables.ts";

/** The manager that takes the output of PanDA's pilots. */
export const PANDA_STORAGEMANAGER = {
  component: "copilot-storagemanager-panda",
  prefix: "JM",
  kind: "storagemanager.panda",
} as const satisfies ManagerIdentity;

/** Pilots wait in the queue of the generic manager, which hands them out. */
const QUEUE = "waiting_jobs";

/** Variables of {@linkcode PANDA_STORAGEMANAGER}. */
export const pandaStorageManagerVariables = defineVariables({
  ownAddress: {
    name: "JM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the job manager",
    example: "jobmanager@xmpp.cern.ch",
    withoutEffect: "agents come here by that manager's JM_REDIRECT_STORAGE_TO",
  },
  storageManager: {
    name: "SM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the storage manager itself",
    example: "pandastoragemanager@xmpp.cern.ch",
    withoutEffect: "the account is that of JM_JABBER_ID",
  },
  ...gridManagerVariables(QUEUE, "JM"),
  dataMover: {
    name: "Panda_Data_Mover",
    kind: "text",
    meaning: "User as whom the original starts its data mover",
    example: "cvmadmin",
    withoutEffect:
      "the manager uploads output itself, as the user that runs it; see PANDA_COMMANDS_FILE",
  },
  pandaUrl: {
    name: "PANDA_URL",
    kind: "text",
    meaning: "Address of the PanDA server, without a path (ours)",
    example: "https://pandaserver.cern.ch:25443",
    required: true,
  },
  pandaApi: {
    name: "PANDA_API",
    kind: "choice",
    meaning: "The server's interface: v1 since its version 1.0, classic before (ours)",
    example: "v1",
    choices: ["v1", "classic"],
    default: "v1",
  },
  pandaTokenFile: {
    name: "PANDA_TOKEN_FILE",
    kind: "path",
    meaning: "File with a token of PanDA's identity provider (OIDC); read anew each time (ours)",
    example: "/run/copilot/panda.token",
  },
  pandaVo: {
    name: "PANDA_VO",
    kind: "text",
    meaning: "Virtual organisation for which the token holds, with or without a role (ours)",
    example: "atlas",
    default: "atlas",
  },
  proxyFile: {
    name: "X509_USER_PROXY",
    kind: "path",
    meaning:
      "File with the X.509 proxy, certificates and key, as whom the site comes to PanDA, Rucio and storage (ours)",
    example: "/run/copilot/proxy.pem",
  },
  certFile: {
    name: "X509_USER_CERT",
    kind: "path",
    meaning: "File with the site's certificate, in place of a proxy; needs X509_USER_KEY (ours)",
    example: "/etc/grid-security/hostcert.pem",
  },
  keyFile: {
    name: "X509_USER_KEY",
    kind: "path",
    meaning: "File with its private key (ours)",
    example: "/etc/grid-security/hostkey.pem",
  },
  authoritiesFile: {
    name: "X509_CERT_FILE",
    kind: "path",
    meaning:
      "File with the certificates of authorities that are trusted beside the system's (ours)",
    example: "/etc/grid-security/authorities.pem",
  },
  pandaCommandsFile: {
    name: "PANDA_COMMANDS_FILE",
    kind: "path",
    meaning:
      "Commands that store output, in place of Rucio's interface: JSON, argument lists by step (ours)",
    example: "/etc/copilot/grid/panda-commands.json",
  },
  pandaCommandTimeout: {
    name: "PANDA_COMMAND_TIMEOUT",
    kind: "seconds",
    meaning: "Longest time that such a command may take (ours)",
    example: "1h",
    default: 3600,
    min: 1,
  },
  rucioUrl: {
    name: "RUCIO_URL",
    kind: "text",
    meaning:
      "Address of the Rucio server, without a path; needed without PANDA_COMMANDS_FILE (ours)",
    example: "https://rucio.cern.ch",
  },
  rucioAuthUrl: {
    name: "RUCIO_AUTH_URL",
    kind: "text",
    meaning: "Address of Rucio's authentication server; default: that of the server (ours)",
    example: "https://rucio-auth.cern.ch",
  },
  rucioAccount: {
    name: "RUCIO_ACCOUNT",
    kind: "text",
    meaning: "Account under which files are registered; needed without PANDA_COMMANDS_FILE (ours)",
    example: "copilot",
  },
  rucioLogin: {
    name: "RUCIO_AUTH_TYPE",
    kind: "choice",
    meaning: "How the account logs in (ours)",
    example: "x509_proxy",
    choices: ["x509_proxy", "x509", "userpass", "oidc"],
    default: "x509_proxy",
  },
  rucioUsername: {
    name: "RUCIO_USERNAME",
    kind: "text",
    meaning: "User name, for userpass (ours)",
    example: "copilot",
  },
  rucioPassword: {
    name: "RUCIO_PASSWORD",
    kind: "text",
    meaning: "Password, for userpass (ours)",
    example: "the-password",
    secret: true,
  },
  rucioTokenFile: {
    name: "RUCIO_TOKEN_FILE",
    kind: "path",
    meaning:
      "File with a token of Rucio's identity provider, for oidc; storage gets it, too (ours)",
    example: "/run/copilot/rucio.token",
  },
  rucioRse: {
    name: "RUCIO_RSE",
    kind: "text",
    meaning: "Storage element that takes the output (ours)",
    example: "CERN-PROD_DATADISK",
    required: true,
  },
});
