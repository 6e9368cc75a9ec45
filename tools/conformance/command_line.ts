/**
 * The flags of `deno task conformance`.
 *
 * @module
 */
import { merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { argument, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { accountJid, seconds } from "../../lib/cli/value_parsers.ts";

const file = () => string({ metavar: "FILE" });
const address = () => string({ metavar: "HOST:PORT" });

const targetFlags = object({
  server: optional(option("--server", address(), {
    description: message`XMPP server; without it everything is tested in this process`,
  })),
  domain: optional(option("--domain", string({ metavar: "DOMAIN" }), {
    description: message`Domain of the accounts; default: the server's host`,
  })),
  managerAccount: optional(option("--manager-account", string({ metavar: "USER:PASSWORD" }), {
    description: message`Account that the tested agent asks; default: the first of all`,
  })),
  account: multiple(option("--account", string({ metavar: "USER:PASSWORD" }), {
    description: message`Account to play the other side with; may be repeated`,
  })),
  accounts: optional(option("--accounts", file(), {
    description: message`File of accounts, a line USER:PASSWORD each`,
  })),
  tls: withDefault(
    option("--tls", choice(["auto", "require", "direct", "off"], { metavar: "MODE" }), {
      description: message`Encryption of the connections`,
    }),
    "auto" as const,
  ),
  caFile: optional(option("--ca-file", file(), {
    description: message`Certificates (PEM) to trust besides the system's`,
  })),
  manager: optional(option("--manager", accountJid(), {
    description: message`Test this deployed manager`,
  })),
  agent: optional(option("--agent", accountJid(), {
    description: message`Test this deployed agent; the suite must have its manager's account`,
  })),
  heartbeat: optional(option("--heartbeat", string({ metavar: "ROOM" }), {
    description: message`Test the components in this room`,
  })),
  keymanager: optional(option("--keymanager", accountJid(), {
    description: message`Test this deployed key manager`,
  })),
  monitor: optional(option("--monitor", accountJid(), {
    description: message`Test this deployed monitor`,
  })),
  implementation: optional(
    option("--implementation", choice(["perl", "ours", "other"], { metavar: "NAME" }), {
      description: message`What the deployed peer is, where it should not be found out`,
    }),
  ),
});

const siteFlags = object({
  redis: optional(option("--redis", address(), {
    description: message`The manager's Redis, for cases with jobs; its queue must be empty`,
  })),
  queue: withDefault(
    option("--queue", string({ metavar: "LIST" }), {
      description: message`Name of its list of waiting jobs`,
    }),
    "waiting_jobs",
  ),
  chirpDir: optional(option("--chirp-dir", string({ metavar: "DIR" }), {
    description: message`The folder that its Chirp server exports, for cases with jobs`,
  })),
  chirp: optional(option("--chirp", address(), {
    description: message`That Chirp server as agents reach it; default: one of the suite's own`,
  })),
  doneDir: optional(option("--done-dir", string({ metavar: "DIR" }), {
    description: message`The manager's folder of finished jobs`,
  })),
  cooldown: optional(option("--cooldown", seconds(), {
    description: message`The manager's cooldown; default: 60 for the original, else none`,
  })),
  mode: withDefault(
    option("--mode", choice(["both", "queue", "storage"], { metavar: "HALF" }), {
      description: message`Which half of the work the manager does`,
    }),
    "both" as const,
  ),
  twoManagers: option("--two-managers", {
    description: message`Two managers share the JID, and one Redis`,
  }),
  requireFile: optional(option("--require-file", string({ metavar: "PATH" }), {
    description: message`The file that the manager requires of agents`,
  })),
});

const monitorFlags = object({
  carbonListen: optional(option("--carbon-listen", address(), {
    description: message`Be the Carbon of the tested monitor, here, for cases about series`,
  })),
  mongodb: optional(option("--mongodb", address(), {
    description: message`The tested monitor's MongoDB, for cases about documents`,
  })),
});

const keyFlags = object({
  publicKeys: optional(option("--public-keys", file(), {
    description: message`Public keys of the tested components, as the original keeps them`,
  })),
  ticketIssuer: optional(option("--ticket-issuer", accountJid(), {
    description:
      message`The peer is in secure mode; the suite is the key manager whose tickets it takes`,
  })),
  key: multiple(option("--key", string({ metavar: "JID=FILE" }), {
    description: message`Private RSA key of a component that the suite plays; may be repeated`,
  })),
  credential: optional(option("--credential", string({ metavar: "TEXT" }), {
    description: message`What the tested key manager wants to be shown`,
  })),
  sealedKey: optional(option("--sealed-key", file(), {
    description:
      message`The peer is in sealed mode; the suite's private X25519 key, under all its accounts`,
  })),
  sealedPeers: optional(option("--sealed-peers", file(), {
    description: message`The public X25519 key of the tested component`,
  })),
});

const runFlags = object({
  only: multiple(option("--only", string({ metavar: "ID" }), {
    description: message`Run cases whose ids begin so; may be repeated`,
  })),
  slow: option("--slow", { description: message`Also cases that wait longer than 30 s` }),
  strict: option("--strict", { description: message`A broken SHOULD fails the run, too` }),
  silence: optional(option("--silence", integer({ min: 100, metavar: "MS" }), {
    description: message`How long to make sure that nothing comes; default 1500 ms`,
  })),
});

const reportFlags = object({
  list: option("--list", { description: message`List the cases and run none` }),
  json: option("--json", { description: message`End with one object` }),
  junit: optional(option("--junit", file(), { description: message`Write a JUnit report` })),
  html: optional(option("--html", file(), {
    description: message`Write a matrix of implementations with the stanzas exchanged`,
  })),
  merge: multiple(option("--merge", file(), {
    description: message`Results of earlier runs, written by --json, for --html; runs no case`,
  })),
});

/** The parser. */
export const conformanceFlags = merge(
  targetFlags,
  siteFlags,
  monitorFlags,
  keyFlags,
  runFlags,
  reportFlags,
  object({
    more: multiple(argument(string({ metavar: "ID|FILE" }), {
      description: message`More values of --only, or of --merge`,
    })),
  }),
);

/** What the parser gives. */
export type ConformanceOptions = InferValue<typeof conformanceFlags>;
