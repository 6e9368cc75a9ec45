/**
 * Keys, tickets and protected messages, each read by the component that it was made for.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import type { GuardPort, MessageGuard } from "../../lib/messaging/message_guard.ts";
import { SealedGuard } from "../../lib/messaging/sealed_guard.ts";
import { SecureConsumer } from "../../lib/messaging/secure_consumer.ts";
import { SecureProvider } from "../../lib/messaging/secure_provider.ts";
import { encodeInfo } from "../../lib/protocol/info.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { childNamed, serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml, XmlError } from "../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../lib/random.ts";
import {
  decodeSessionBody,
  decryptInfo,
  encodeSessionBody,
  encryptElement,
  formatKeyFile,
  formatPeerFile,
  formatX25519PrivateKey,
  generateX25519Key,
  issueTicket,
  parseKeyFile,
  parsePeerFile,
  parseRsaPrivateKey,
  parseRsaPublicKey,
  parseX25519PrivateKey,
  PeerKeys,
  readTicket,
  SealedEnvelope,
  SecurityError,
  unwrapSessionKey,
  wrapSessionKey,
} from "../../lib/secure/mod.ts";
import { decryptedTrace, privateKeyOf, vectors } from "../lib/secure/_vectors.ts";
import { keyFiles, messages } from "./corpus.ts";
import type { Target } from "./target.ts";

const NOW_MS = 1_795_343_304_000;
const AGENT = Jid.parse("agent@copilot.test/07d1837fbf486e4531b73dbe9fe2e4c0");
const JM = Jid.parse("jm@copilot.test");
const KM = Jid.parse("km@copilot.test");
/** Time stands still: what a mutant brings about does not depend on those before it. */
const CLOCK: Clock = { now: () => NOW_MS, after: () => ({ cancel() {} }) };
const kmKey = privateKeyOf(vectors.ticket.km_private_key_pkcs1_der_base64);
const jmKeys = vectors.message_vectors.map((vector) =>
  privateKeyOf(vector.private_key_pkcs1_der_base64)
);
const [jmKey = kmKey] = jmKeys;
const random = seededRandom(1);
const agentSealing = generateX25519Key(random);
const jmSealing = generateX25519Key(random);

const tickets = [
  vectors.ticket.ticket_value,
  ...[AGENT.full, "agent@site.org/a###b"].map((holder) =>
    issueTicket({ component: "*", validFrom: 1, validTo: 2_000_000_000, holder }, kmKey)
  ),
];
const ticketContents = new Set(
  tickets.map((ticket) => JSON.stringify(readTicket(ticket, kmKey.publicKey))),
);

/** The commands of a recorded session, each with the key under which it was encrypted. */
const commands = decryptedTrace.map(({ info_xml, session_key_hex }) => ({
  info: parseXml(info_xml),
  sessionKey: Uint8Array.fromHex(session_key_hex),
}));
const sessionKey = commands[0]?.sessionKey ?? random.bytes(32);

function secureMessage(from: string, to: string, info: XmlElement, asks: boolean): string {
  const body = encodeSessionBody({
    info: encryptElement(info, sessionKey, random),
    sessionKey: asks ? wrapSessionKey(sessionKey, jmKey.publicKey, random) : undefined,
  });
  return serializeXml(xml("message", { from, to, id: "1" }, body));
}

const requests = [
  ...commands.map(({ info }) => secureMessage(AGENT.full, JM.full, info, true)),
  ...vectors.message_vectors.map(({ body_xml }) =>
    serializeXml(xml("message", { from: AGENT.full, to: JM.full, id: "2" }, parseXml(body_xml)))
  ),
  ...messages.slice(0, 20),
];

const ticketInfo = encodeInfo("info", {
  attributes: { command: "storeTicket", ticket: tickets[0] ?? "" },
  children: {},
});
const answers = [
  secureMessage(KM.full, AGENT.full, ticketInfo, false),
  ...commands.map(({ info }) => secureMessage(JM.full, AGENT.full, info, false)),
  ...messages.slice(-20),
];

const agentEnvelope = sealedEnvelope(agentSealing);
const sealed = commands.map(({ info }, index) => {
  const message = xml("message", { to: JM.full, id: `${index}` }, xml("body", {}, info));
  const stanza = agentEnvelope.seal(message, AGENT, NOW_MS);
  return { ...stanza, attrs: { ...stanza.attrs, from: AGENT.full } };
});
const boxOf = (stanza: XmlElement) => childNamed(stanza, "sealed")?.attrs["box"] ?? "";
const sealedBoxes = new Set(sealed.map(boxOf));

function peers(): PeerKeys {
  return new PeerKeys([
    { jid: AGENT.bare, key: agentSealing.publicKey },
    { jid: JM.bare, key: jmSealing.publicKey },
  ]);
}

function sealedEnvelope(own: typeof agentSealing): SealedEnvelope {
  return new SealedEnvelope({ own, peers: peers(), random: seededRandom(2), startedMs: NOW_MS });
}

const common = () => ({ log: silentLogger, clock: CLOCK, random: seededRandom(3) });

/** Lets a new guard take a message; gives back what it lets through and what it answers. */
function guarded(text: string, own: Jid, guardFor: (port: GuardPort) => MessageGuard): unknown {
  const stanza = parseXml(text);
  const sent: XmlElement[] = [];
  const guard = guardFor({ jid: own, send: (answer) => sent.push(answer) });
  guard.onOnline?.();
  const given = guard.incoming(stanza);
  // One message must not make a component talk.
  assert(sent.length <= 3, `${sent.length} answers`);
  return [given, guard.outgoing(stanza), sent];
}

const provider = (port: GuardPort) =>
  new SecureProvider(port, { ...common(), own: jmKey, keyManager: kmKey.publicKey });
const consumer = (port: GuardPort) =>
  new SecureConsumer(port, {
    ...common(),
    keyManager: KM,
    keys: new Map([[JM.bare, jmKey.publicKey], [KM.bare, kmKey.publicKey]]),
    random: { bytes: (length) => sessionKey.slice(0, length) },
  });
const sealer = (port: GuardPort) =>
  new SealedGuard(port, { ...common(), own: jmSealing, peers: peers() });

function readSessionBody(text: string): unknown {
  const body = decodeSessionBody(parseXml(text));
  if (body === undefined) return undefined;
  const key = body.sessionKey === undefined ? sessionKey : unwrapSessionKey(body.sessionKey, jmKey);
  return decryptInfo(body.info, key);
}

function openSealed(text: string): unknown {
  const stanza = parseXml(text);
  const opened = sealedEnvelope(jmSealing).open(stanza, NOW_MS);
  assert(sealedBoxes.has(boxOf(stanza)), "Opened a box that was never sealed");
  return opened;
}

/** The targets. */
export const secureTargets: readonly Target[] = [
  {
    name: "key-file",
    corpus: keyFiles,
    refusals: [SecurityError],
    run(text) {
      const entries = parseKeyFile(text).map(({ jid, key }) => ({ jid, key }));
      assertEquals(parseKeyFile(formatKeyFile(entries)).length, entries.length);
      return entries.map(({ jid, key: { pem } }) => [jid, pem]);
    },
  },
  {
    name: "peer-file",
    corpus: [
      formatPeerFile([
        { jid: AGENT.bare, key: agentSealing.publicKey },
        { jid: JM.full, key: jmSealing.publicKey },
      ]),
    ],
    refusals: [SecurityError],
    run(text) {
      const entries = parsePeerFile(text);
      assertEquals(parsePeerFile(formatPeerFile(entries)).length, entries.length);
      return entries.map(({ jid, key: { id } }) => [jid, id]);
    },
  },
  {
    name: "rsa-key",
    corpus: [...jmKeys.flatMap(({ pem, publicKey }) => [pem, publicKey.pem])],
    refusals: [SecurityError],
    run: (text) =>
      text.includes("PUBLIC") ? parseRsaPublicKey(text).pem : parseRsaPrivateKey(text).pem,
  },
  {
    name: "x25519-key",
    corpus: [agentSealing, jmSealing].map(formatX25519PrivateKey),
    refusals: [SecurityError],
    run: (text) => parseX25519PrivateKey(text).publicKey.id,
  },
  {
    name: "ticket",
    corpus: tickets,
    refusals: [SecurityError],
    run(text) {
      const ticket = readTicket(text, kmKey.publicKey);
      assert(ticketContents.has(JSON.stringify(ticket)), "Read a ticket that was never issued");
      return ticket;
    },
  },
  {
    name: "session-body",
    corpus: [
      ...vectors.message_vectors.map(({ body_xml }) => body_xml),
      ...commands.map(({ info }) =>
        serializeXml(encodeSessionBody({
          info: encryptElement(info, sessionKey, random),
          sessionKey: wrapSessionKey(sessionKey, jmKey.publicKey, random),
        }))
      ),
    ],
    refusals: [XmlError, SecurityError],
    run: readSessionBody,
  },
  {
    name: "sealed-message",
    corpus: sealed.map(serializeXml),
    refusals: [XmlError, SecurityError],
    run: openSealed,
  },
  {
    name: "secure-provider",
    corpus: requests,
    refusals: [XmlError],
    run: (text) => guarded(text, JM, provider),
  },
  {
    name: "secure-consumer",
    corpus: answers,
    refusals: [XmlError],
    run: (text) => guarded(text, AGENT, consumer),
  },
  {
    name: "sealed-guard",
    corpus: [...sealed.map(serializeXml), ...messages.slice(0, 20)],
    refusals: [XmlError],
    run: (text) => guarded(text, JM, sealer),
  },
];
