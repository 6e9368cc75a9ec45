/**
 * What a message costs in each mode: one `getJob` with a usual JDL, to the text of its stanza and back.
 * The private key's work stands apart, since a component of ours has it done once for each peer.
 *
 * @module
 */
import { Jid } from "../../lib/protocol/jid.ts";
import { encodeInfo } from "../../lib/protocol/info.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import { childNamed, serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { systemRandom } from "../../lib/random.ts";
import {
  decodeSessionBody,
  decryptElement,
  encodeSessionBody,
  encryptElement,
  generateRsaKey,
  generateX25519Key,
  issueTicket,
  newSessionKey,
  PeerKeys,
  ReceivedKeys,
  SealedEnvelope,
  unwrapSessionKey,
  verifyTicket,
  wrapSessionKey,
} from "../../lib/secure/mod.ts";
import { callsPerSecond } from "../hot_path.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const NOW_MS = 1_795_343_305_000;
const AGENT = Jid.parse("agent@site.org/07d1837fbf486e4531b73dbe9fe2e4c0");
const JM = Jid.parse("jm@site.org");
const ADDRESS = { from: AGENT.full, to: JM.full, id: "23277155-5567-46f9-936e-32648161ad47" };
const INFO = encodeInfo("info", {
  attributes: {
    command: "getJob",
    agentHost: "vm",
    jdl: `[\n${'Requirements=(other.Type=="Job");\n'.repeat(8)}]\n`,
  },
  children: {},
});
const PLAIN = xml("message", ADDRESS, xml("body", {}, INFO));

const rsa = generateRsaKey(2048);
const sessionKey = newSessionKey(systemRandom);
const wrapped = wrapSessionKey(sessionKey, rsa.publicKey, systemRandom);
const receivedKeys = new ReceivedKeys(rsa);
const ticket = issueTicket(
  {
    component: "*",
    validFrom: NOW_MS / 1000 - 60,
    validTo: NOW_MS / 1000 + 60,
    holder: AGENT.full,
  },
  rsa,
);

const agentKey = generateX25519Key(systemRandom);
const jmKey = generateX25519Key(systemRandom);
const peers = () =>
  new PeerKeys([
    { jid: AGENT.bare, key: agentKey.publicKey },
    { jid: JM.bare, key: jmKey.publicKey },
  ]);
const common = { random: systemRandom, startedMs: NOW_MS };
const agent = new SealedEnvelope({ ...common, own: agentKey, peers: peers() });
const jm = new SealedEnvelope({ ...common, own: jmKey, peers: peers() });

function readPlain(stanza: XmlElement): void {
  if (decodeMessage(stanza).kind !== "command") throw new Error("Cannot read the message");
}

function plain(): void {
  readPlain(parseXml(serializeXml(PLAIN)));
}

function originalsSecureMode(): void {
  const info = encryptElement(INFO, sessionKey, systemRandom);
  const body = encodeSessionBody({ info, sessionKey: wrapped });
  const came = parseXml(serializeXml(xml("message", ADDRESS, body)));
  const secure = decodeSessionBody(childNamed(came, "body") ?? body);
  const key = receivedKeys.unwrap(secure?.sessionKey ?? "");
  readPlain(xml("message", ADDRESS, xml("body", {}, decryptElement(secure?.info ?? "", key))));
}

function sealedMode(): void {
  const came = parseXml(serializeXml(agent.seal(PLAIN, AGENT, NOW_MS)));
  readPlain(jm.open({ ...came, attrs: ADDRESS }, NOW_MS));
}

function agreeOnSealedKey(): void {
  const fresh = new SealedEnvelope({ ...common, own: agentKey, peers: peers() });
  jm.open({ ...fresh.seal(PLAIN, AGENT, NOW_MS), attrs: ADDRESS }, NOW_MS);
}

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const { runs, signal } = context;
  const messages = await inRounds(runs, {
    plain: callsPerSecond(plain, context),
    session: callsPerSecond(originalsSecureMode, context),
    sealed: callsPerSecond(sealedMode, context),
  }, signal);
  const keys = await inRounds(runs, {
    wrap: callsPerSecond(
      () => void wrapSessionKey(sessionKey, rsa.publicKey, systemRandom),
      context,
    ),
    unwrap: callsPerSecond(() => void unwrapSessionKey(wrapped, rsa), context),
    verify: callsPerSecond(
      () => void verifyTicket(ticket, { keyManager: rsa.publicKey, nowMs: NOW_MS }),
      context,
    ),
    agree: callsPerSecond(agreeOnSealedKey, context),
  }, signal);
  const row = (what: string, unit: string, ours: readonly number[]): Row => {
    return { what, unit, better: "more", ours };
  };
  const beside = [{ name: "plain", samples: messages.plain }];
  return [
    { ...row("getJob, original's secure mode", "messages/s", messages.session), peers: beside },
    { ...row("getJob, sealed mode", "messages/s", messages.sealed), peers: beside },
    row("wrap a session key, RSA 2048", "keys/s", keys.wrap),
    row("unwrap a session key, RSA 2048", "keys/s", keys.unwrap),
    row("verify a ticket, RSA 2048", "tickets/s", keys.verify),
    row("agree on a sealed key, both sides", "keys/s", keys.agree),
  ];
}

/** The modes that protect messages. */
export const secure: Bench = {
  name: "secure",
  about: "a message in each mode that protects it, and the work of keys",
  measure,
};
