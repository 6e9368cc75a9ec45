/**
 * The program of a part's process: becomes what its first line of input says, tells how it is whenever
 * another line comes, and ends with its input.
 *
 * @module
 */
import { EXIT, print, runMain } from "../../lib/cli.ts";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { xmppLink } from "../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { startChirpServer } from "../chirp/mod.ts";
import { startRedisServer } from "../redis/mod.ts";
import { startXmppServer } from "../xmpp/mod.ts";
import { LoadAgents } from "./agents.ts";
import { filePlace } from "./files.ts";
import { LoadManager } from "./manager.ts";
import type { XmppTarget } from "./options.ts";
import { noCounts, type Part, type PartReport, processFigures } from "./part.ts";
import type { PartLine, PartWords } from "./part_words.ts";
import { TextLineStream } from "./text_lines.ts";

/** A part at work in this process. */
interface Work {
  readonly part: Part;
  readonly port?: number | undefined;
}

const NOTHING: PartReport = { counters: noCounts(), latencies: {}, cpuSeconds: 0, rssBytes: 0 };

/** A server as a part: there is nothing to be told of it but what its process uses. */
function serverPart(server: AsyncDisposable): Part {
  const finish = async () => {
    await server[Symbol.asyncDispose]();
    return NOTHING;
  };
  return {
    report: () => Promise.resolve(NOTHING),
    finish,
    [Symbol.asyncDispose]: async () => void await finish(),
  };
}

function openLink(target: XmppTarget, account: string, password: string, resource: string): Link {
  const { host, port, domain, tls, caFile } = target;
  const jid = Jid.parse(`${account}@${domain}`);
  return xmppLink({ jid, password, host, port, resource, tls, caFile });
}

async function begin(words: PartWords): Promise<Work> {
  switch (words.kind) {
    case "xmpp": {
      const server = await startXmppServer({
        domain: words.domain,
        autoRegister: true,
        // Who hears of an agent's presence does not matter here, and would cost the square of the agents.
        presence: "self",
      });
      return { part: serverPart(server), port: server.port };
    }
    case "redis": {
      const server = startRedisServer();
      return { part: serverPart(server), port: server.port };
    }
    case "chirp": {
      const server = await startChirpServer({ root: words.folder });
      return { part: serverPart(server), port: server.port };
    }
    case "manager": {
      const { xmpp, resource, redis, files } = words;
      const manager = new LoadManager(words.words, {
        link: openLink(xmpp, xmpp.managerAccount, xmpp.managerPassword, resource),
        calls: await connectRedis(redis),
        ...filePlace(files).ofManager(),
      });
      await manager.online;
      return { part: manager };
    }
    case "agents": {
      const { xmpp, files } = words;
      const account = (number: number) => xmpp.agentAccount.replaceAll("{n}", `${number}`);
      const agents = new LoadAgents(words.words, {
        link: (number, resource) => openLink(xmpp, account(number), xmpp.agentPassword, resource),
        ...filePlace(files).ofAgents(words.words.jobs),
      });
      return { part: agents };
    }
  }
}

function tell(line: PartLine): void {
  print(`${JSON.stringify(line)}\n`);
}

async function main(): Promise<number> {
  const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream())[Symbol.asyncIterator]();
  const { value } = await input.next();
  const { part, port } = await begin(JSON.parse(value ?? ""));
  const withProcess = (report: PartReport) => ({ ...report, ...processFigures() });
  tell({ ready: { port } });
  for (let line = await input.next(); !line.done; line = await input.next()) {
    tell({ report: withProcess(await part.report()) });
  }
  tell({ report: withProcess(await part.finish()) });
  return EXIT.done;
}

// An interrupt at the terminal reaches all processes; the one that started this ends its input then.
if (import.meta.main) await runMain(main, { name: "copilot-simulate" });
