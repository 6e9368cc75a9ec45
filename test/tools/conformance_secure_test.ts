/** The suite's cases about both protected modes: they bite, and their keys are read with care. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../lib/cli.ts";
import { systemClock } from "../../lib/clock.ts";
import { childNamed, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { systemRandom } from "../../lib/random.ts";
import { formatKeyFile } from "../../lib/secure/key_file.ts";
import { formatPeerFile } from "../../lib/secure/peer_keys.ts";
import { formatX25519PrivateKey, generateX25519Key } from "../../lib/secure/x25519.ts";
import { ALL_CASES } from "../../tools/conformance/cases/all_cases.ts";
import type { ConformanceOptions } from "../../tools/conformance/command_line.ts";
import { Keys } from "../../tools/conformance/deployed/read_keys.ts";
import { embeddedTarget } from "../../tools/conformance/embedded/embedded_target.ts";
import type { Disturbance } from "../../tools/conformance/embedded/world.ts";
import { runCases } from "../../tools/conformance/run_cases.ts";
import { selectCases } from "../../tools/conformance/select_cases.ts";
import { suiteKeys } from "../../tools/conformance/suite_keys.ts";

/** Runs cases against our roles with a fault put into them; returns the ids of those that failed. */
async function failed(only: readonly string[], disturb: Disturbance): Promise<string[]> {
  await using target = embeddedTarget({ disturb });
  const cases = selectCases(ALL_CASES, only);
  const { results } = await runCases({ target, cases, clock: systemClock });
  return results.filter(({ status }) => status === "failed").map(({ id }) => id);
}

function changeBody(
  stanza: XmlElement,
  change: (attrs: XmlElement["attrs"]) => XmlElement["attrs"],
): XmlElement {
  const children = stanza.children.map((child) =>
    typeof child !== "string" && child.name === "body" && child.attrs["info"] !== undefined
      ? { ...child, attrs: change(child.attrs) }
      : child
  );
  return { ...stanza, children };
}

Deno.test("replies that carry a session key are caught", async () => {
  const chatty: Disturbance = (stanza) => [
    changeBody(stanza, (attrs) => ({ ...attrs, session_key: "_BASE64:QUFB" })),
  ];
  assertEquals(await failed(["secure/request", "secure/ack", "secure/getTicket"], chatty), [
    "secure/request/2",
    "secure/request/3",
    "secure/getTicket/2",
  ]);
});

Deno.test("an agent that leaves out its session key fails wherever it asks", async () => {
  const forgetful: Disturbance = (stanza) => [
    changeBody(stanza, ({ session_key: _, ...attrs }) => attrs),
  ];
  const topics = ["secure/agent/1", "secure/agent/2", "secure/believe/1", "agent/want_getJob/1"];
  assertEquals(await failed(topics, forgetful), topics.filter((id) => id.startsWith("secure")));
});

Deno.test("acknowledgements with a body are caught where they must be plain", async () => {
  const wordy: Disturbance = (stanza) =>
    stanza.attrs["ack"] === undefined ? [stanza] : [{ ...stanza, children: [xml("body")] }];
  assertEquals(await failed(["secure/ack/1", "secure/getTicket", "secure/believe/7"], wordy), [
    "secure/ack/1",
    "secure/getTicket/2",
    "secure/believe/7",
  ]);
});

Deno.test("a component that answers every error with an error is caught", async () => {
  const isError = (stanza: XmlElement) =>
    childNamed(childNamed(stanza, "body") ?? xml("none"), "info")?.attrs["errorString"];
  const loud: Disturbance = (stanza) =>
    isError(stanza) === undefined ? [stanza] : Array.from(
      { length: 40 },
      (_, copy) => ({ ...stanza, attrs: { ...stanza.attrs, id: `${stanza.attrs["id"]}-${copy}` } }),
    );
  assertEquals(await failed(["secure/error", "secure/plain"], loud), [
    "secure/plain/1",
    "secure/error/3",
  ]);
});

Deno.test("sealed messages that show more than their way and id are caught", async () => {
  const open: Disturbance = (stanza) =>
    childNamed(stanza, "sealed") === undefined
      ? [stanza]
      : [{ ...stanza, attrs: { ...stanza.attrs, noack: "1" } }];
  assertEquals(await failed(["sealed/talk", "sealed/agent/1", "sealed/key"], open), [
    "sealed/talk/2",
    "sealed/talk/4",
    "sealed/agent/1",
  ]);
});

/** Keys in files of a temporary folder. */
async function withKeys(
  body: (folder: string, keys: (more: Partial<ConformanceOptions>) => Keys) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { manager, keyManager } = suiteKeys();
    const sealed = generateX25519Key(systemRandom);
    await Deno.writeTextFile(join(folder, "km.priv"), keyManager.pem);
    const listed = [{ jid: "jm@site", key: manager.publicKey }];
    await Deno.writeTextFile(join(folder, "list"), formatKeyFile(listed));
    await Deno.writeTextFile(join(folder, "sealed.priv"), formatX25519PrivateKey(sealed));
    const peers = [{ jid: "jm@site", key: sealed.publicKey }];
    await Deno.writeTextFile(join(folder, "peers"), formatPeerFile(peers));
    await body(folder, (more) => new Keys({ key: [], ...more } as unknown as ConformanceOptions));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Keys finds what the command line names, under bare and full JIDs", async () => {
  await withKeys(async (folder, keys) => {
    const secure = await keys({
      ticketIssuer: "km@site",
      publicKeys: join(folder, "list"),
      key: [`km@site=${join(folder, "km.priv")}`],
    }).forManager("jm@site/alpha");
    assertEquals(secure?.manager.pem, suiteKeys().manager.publicKey.pem);
    assertEquals(secure?.keyManager.pem, suiteKeys().keyManager.pem);
    const sealed = await keys({
      sealedKey: join(folder, "sealed.priv"),
      sealedPeers: join(folder, "peers"),
    }).forSealed("jm@site");
    assertEquals(sealed?.own.publicKey.id, sealed?.tested.id);
    assertEquals(await keys({}).forManager("jm@site"), undefined);
    assertEquals(await keys({}).forSealed("jm@site"), undefined);
  });
});

Deno.test("Keys says what is missing", async () => {
  await withKeys(async (folder, keys) => {
    const publicKeys = join(folder, "list");
    const refuses = async (keysOf: Keys, words: string) => {
      await assertRejects(() => keysOf.forManager("jm@site"), UsageError, words);
    };
    await refuses(keys({ ticketIssuer: "km@site" }), "--public-keys");
    await refuses(keys({ ticketIssuer: "km@site", publicKeys }), "--key km@site=FILE");
    await refuses(keys({ ticketIssuer: "km@site", publicKeys, key: ["x"] }), "JID=FILE");
    const noKey = [`km@site=${publicKeys}`];
    await refuses(keys({ ticketIssuer: "km@site", publicKeys, key: noKey }), "Cannot read keys");
    const nowhere = join(folder, "none");
    await refuses(keys({ ticketIssuer: "km@site", publicKeys: nowhere }), "Cannot read keys");
    await assertRejects(
      () => keys({ sealedKey: join(folder, "sealed.priv") }).forSealed("jm@site"),
      UsageError,
      "--sealed-peers",
    );
  });
});
