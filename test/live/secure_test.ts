/** Jobs through both protected modes, over Prosody, with keys made by the tool. */
import { assert, assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../lib/log.ts";
import { protectLink } from "../../lib/messaging/protection.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { parseRsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { KeyManager } from "../../roles/keymanager.ts";
import { ACCOUNTS, PASSWORD, runJob, type Xmpp } from "./_job_run.ts";
import { hasProsody, startProsody } from "./xmpp_server.ts";

const CREDENTIAL = "let-me-in";

async function keygen(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "tools/keygen.ts", ...args],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Runs a key manager beside `body`. */
async function withKeyManager(
  xmpp: Xmpp,
  folder: string,
  body: () => Promise<void>,
): Promise<readonly string[]> {
  const sink = memorySink();
  const log = createLogger({ sinks: [sink] });
  const privateKeyFile = `${folder}/km.priv`;
  const link = await protectLink(
    xmppLink({
      jid: Jid.parse(`keymanager@${xmpp.domain}`),
      password: PASSWORD,
      host: xmpp.host,
      port: xmpp.port,
    }),
    {
      secureMode: true,
      privateKeyFile,
      publicKeyFile: undefined,
      publicKeysFile: undefined,
      keyManager: undefined,
      ticketCredential: undefined,
      sealedKeyFile: undefined,
      sealedPeersFile: undefined,
    },
    { component: "copilot-key-manager", prefix: "KM", side: "key-manager", log },
  );
  const stop = new AbortController();
  const running = new KeyManager({
    link,
    key: parseRsaPrivateKey(await Deno.readTextFile(privateKeyFile)),
    credential: CREDENTIAL,
    log,
    envelope: "auto",
  }).run(stop.signal);
  try {
    await body();
  } finally {
    stop.abort(new Error("The test is over"));
    await running;
  }
  return sink.records.map(({ message }) => message);
}

/** A test on Prosody with a folder for keys. */
function liveTest(name: string, body: (xmpp: Xmpp, folder: string) => Promise<void>): void {
  Deno.test({
    name: hasProsody ? name : `${name} (Prosody is missing)`,
    ignore: !hasProsody,
    fn: async () => {
      await using server = await startProsody({ accounts: ACCOUNTS });
      const folder = await Deno.makeTempDir();
      try {
        await body(server, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

liveTest("a job runs in the original's secure mode, with a ticket", async (xmpp, folder) => {
  const list = `${folder}/public-keys.pub`;
  for (const name of ["km", "jm"]) {
    const jid = `${name === "km" ? "keymanager" : "jobmanager"}@${xmpp.domain}`;
    const out = `${folder}/${name}`;
    await keygen("--bits", "2048", "--jid", jid, "--out", out, "--append-to", list);
  }
  const common = [`PUBLIC_KEYS_FILE ${list}`, `KM_JABBER_ADDRESS keymanager@${xmpp.domain}`];
  const settings = {
    manager: ["JM_SECURE_MODE 1", `JM_PRIVATE_KEY_FILE ${folder}/jm.priv`, ...common],
    agent: ["AGENT_SECURE_MODE 1", `AGENT_TICKET_CREDENTIAL ${CREDENTIAL}`, ...common],
  };
  const said = await withKeyManager(xmpp, folder, async () => {
    assertEquals((await runJob(xmpp, settings)).state, "succeeded");
  });
  assertEquals(said.filter((line) => line.startsWith("A ticket for agent@")).length, 1);
});

liveTest("a job runs in sealed mode", async (xmpp, folder) => {
  const list = `${folder}/sealed-peers`;
  for (const name of ["jobmanager", "agent"]) {
    const jid = `${name}@${xmpp.domain}`;
    await keygen(
      "--type",
      "x25519",
      "--jid",
      jid,
      "--out",
      `${folder}/${name}`,
      "--append-to",
      list,
    );
  }
  const { state } = await runJob(xmpp, {
    manager: [`JM_SEALED_KEY_FILE ${folder}/jobmanager.priv`, `SEALED_PEERS_FILE ${list}`],
    agent: [`AGENT_SEALED_KEY_FILE ${folder}/agent.priv`, `SEALED_PEERS_FILE ${list}`],
  });
  assertEquals(state, "succeeded");
});
