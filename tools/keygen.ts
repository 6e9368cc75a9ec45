/**
 * `copilot-keygen`: makes key pairs for both secure modes (the original's tool of that name prints an
 * RSA pair).
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, print, printJson, printLine, runMain } from "../lib/cli.ts";
import { DEFAULT_RSA_BITS, LONGEST_RSA_BITS, SHORTEST_RSA_BITS } from "../lib/secure/rsa_key.ts";
import { type KeyFiles, writeKeyPair } from "./keygen/key_files.ts";
import { type KeyPair, makeKeyPair } from "./keygen/key_pair.ts";

const NAME = "copilot-keygen";
const bits = () => integer({ min: SHORTEST_RSA_BITS, max: LONGEST_RSA_BITS, metavar: "BITS" });

const flags = object({
  type: withDefault(
    option("--type", choice(["rsa", "x25519"]), {
      description: message`rsa for the original's secure mode, x25519 for the sealed mode`,
    }),
    "rsa" as const,
  ),
  bits: optional(option("--bits", bits(), {
    description: message`Length of an RSA key; default: ${text(`${DEFAULT_RSA_BITS}`)}`,
  })),
  bitsAsOriginal: optional(argument(bits(), {
    description: message`The same, as the original takes it`,
  })),
  jid: optional(option("--jid", string({ metavar: "JID" }), {
    description: message`The component whose key it is; needed in lists of keys`,
  })),
  out: optional(option("--out", string({ metavar: "PATH" }), {
    description: message`Write PATH.priv and PATH.pub instead of printing them`,
  })),
  appendTo: optional(option("--append-to", string({ metavar: "FILE" }), {
    description:
      message`Add the public key to this list: a public keys file, or one of sealed peers`,
  })),
  force: option("--force", { description: message`Replace files, and list a JID again` }),
  json: option("--json", { description: message`Print one object` }),
});

function report(pair: KeyPair, files: KeyFiles): void {
  if (files.privateFile === undefined) {
    print(`Private key is:\n${pair.privateText}Public key is:\n${pair.publicText}`);
  } else {
    printLine(`Private key: ${files.privateFile}`);
    printLine(`Public key: ${files.publicFile}`);
  }
  if (files.list !== undefined) printLine(`Added ${pair.jid} to ${files.list}`);
}

async function main(): Promise<number> {
  const options = parseCommandLine(flags, {
    name: NAME,
    summary: "Makes a key pair for the secure mode or the sealed mode",
  });
  const { type, jid, out, appendTo, force, json } = options;
  const files = await writeKeyPair(
    () => makeKeyPair({ type, jid, bits: options.bits ?? options.bitsAsOriginal }),
    { jid, type, out, appendTo, force },
  );
  if (json) {
    const { privateText, publicText, keyId, bits } = files.pair;
    printJson({
      type,
      jid: files.pair.jid,
      bits,
      keyId,
      publicKey: publicText.trimEnd(),
      // What stands in a file of mode 0600 need not stand in a log as well.
      privateKey: files.privateFile === undefined ? privateText.trimEnd() : undefined,
      privateFile: files.privateFile,
      publicFile: files.publicFile,
      list: files.list,
    });
  } else {
    report(files.pair, files);
  }
  return EXIT.done;
}

if (import.meta.main) await runMain(main, { name: NAME });
