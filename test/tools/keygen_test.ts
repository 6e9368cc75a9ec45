import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { UsageError } from "../../lib/cli.ts";
import { seededRandom } from "../../lib/random.ts";
import { parseKeyFile } from "../../lib/secure/key_file.ts";
import { parsePeerFile } from "../../lib/secure/peer_keys.ts";
import { parseRsaPrivateKey, parseRsaPublicKey } from "../../lib/secure/rsa_key.ts";
import { unwrapSessionKey, wrapSessionKey } from "../../lib/secure/session_key.ts";
import { parseX25519PrivateKey } from "../../lib/secure/x25519.ts";
import { type KeyFileOptions, writeKeyPair } from "../../tools/keygen/key_files.ts";
import { type KeyPairOptions, makeKeyPair } from "../../tools/keygen/key_pair.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Makes a pair and writes it, as the program does. */
function write(options: KeyPairOptions & KeyFileOptions) {
  return writeKeyPair(() => makeKeyPair(options), options);
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

/** Runs the program with the permissions that it needs. */
async function keygen(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const permissions = ["--allow-read", "--allow-write", "--allow-env", "--no-prompt"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, join(ROOT, "tools/keygen.ts"), ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

const RSA = { type: "rsa", bits: 1024 } as const;

Deno.test("writeKeyPair() writes an RSA pair in the original's files", async () => {
  await inDirectory(async (directory) => {
    const out = join(directory, "jm_key");
    const files = await write({ ...RSA, out });
    assertEquals([files.privateFile, files.publicFile], [`${out}.priv`, `${out}.pub`]);
    const own = parseRsaPrivateKey(await Deno.readTextFile(`${out}.priv`));
    const known = parseRsaPublicKey(await Deno.readTextFile(`${out}.pub`));
    assertMatch(own.pem, /^-----BEGIN RSA PRIVATE KEY-----\n/);
    const sessionKey = new Uint8Array(32).fill(3);
    const wrapped = wrapSessionKey(sessionKey, known, seededRandom(1));
    assertEquals(unwrapSessionKey(wrapped, own), sessionKey);
  });
});

Deno.test("writeKeyPair() makes the folders that it writes into", async () => {
  await inDirectory(async (directory) => {
    const [out, appendTo] = [join(directory, "keys/jm"), join(directory, "lists/public-keys.pub")];
    await write({ ...RSA, jid: "jobmanager@site", out, appendTo });
    assertEquals(await modeOf(`${out}.priv`), 0o600);
    assertEquals((await Deno.stat(appendTo)).isFile, true);
  });
});

Deno.test("writeKeyPair() lets nobody else read a private key", async () => {
  await inDirectory(async (directory) => {
    const out = join(directory, "key");
    await Deno.writeTextFile(`${out}.priv`, "open to all", { mode: 0o666 });
    await write({ ...RSA, out, force: true });
    assertEquals(await modeOf(`${out}.priv`), 0o600);
    await write({ type: "x25519", out: join(directory, "sealed") });
    assertEquals(await modeOf(join(directory, "sealed.priv")), 0o600);
  });
});

Deno.test("writeKeyPair() refuses to replace either file unless it is told to", async () => {
  await inDirectory(async (directory) => {
    const out = join(directory, "key");
    for (const suffix of [".priv", ".pub"]) {
      await Deno.writeTextFile(`${out}${suffix}`, "precious");
      await assertRejects(() => write({ ...RSA, out }), UsageError, `${out}${suffix}`);
      assertEquals(await Deno.readTextFile(`${out}${suffix}`), "precious");
      await Deno.remove(`${out}${suffix}`);
    }
    const first = await write({ ...RSA, out });
    const second = await write({ ...RSA, out, force: true });
    assertEquals(await Deno.readTextFile(`${out}.priv`), second.pair.privateText);
    assertEquals(first.pair.privateText === second.pair.privateText, false);
    assertEquals([...Deno.readDirSync(directory)].length, 2);
  });
});

Deno.test("writeKeyPair() adds to the original's file of public keys", async () => {
  await inDirectory(async (directory) => {
    const appendTo = join(directory, "PublicKeys.txt");
    await write({ ...RSA, jid: "km@site.org", appendTo });
    // A file that somebody has edited may end anywhere.
    await Deno.writeTextFile(appendTo, "and others", { append: true });
    const { pair } = await write({ ...RSA, jid: "JM@site.org/alpha", appendTo });
    const entries = parseKeyFile(await Deno.readTextFile(appendTo));
    assertEquals(entries.map(({ jid }) => jid), ["km@site.org", "jm@site.org/alpha"]);
    assertEquals(entries[1]?.key.pem, pair.publicText);
  });
});

Deno.test("writeKeyPair() lists a JID again only when it is told to", async () => {
  await inDirectory(async (directory) => {
    const appendTo = join(directory, "peers");
    const options = { type: "x25519", jid: "jm@site.org", appendTo } as const;
    await write(options);
    await assertRejects(() => write(options), UsageError, "again");
    const { pair } = await write({ ...options, force: true });
    const entries = parsePeerFile(await Deno.readTextFile(appendTo));
    assertEquals(entries.map(({ jid }) => jid), ["jm@site.org", "jm@site.org"]);
    assertEquals(entries[1]?.key.id, pair.keyId);
    assertEquals(parseX25519PrivateKey(pair.privateText).publicKey.id, pair.keyId);
  });
});

Deno.test("writeKeyPair() never mixes the two lists: the original hangs on a foreign key", async () => {
  await inDirectory(async (directory) => {
    const [keys, peers] = [join(directory, "keys"), join(directory, "peers")];
    await write({ ...RSA, jid: "km@site.org", appendTo: keys });
    await write({ type: "x25519", jid: "km@site.org", appendTo: peers });
    const before = await Promise.all([keys, peers].map((path) => Deno.readTextFile(path)));
    const jid = "jm@site.org";
    await assertRejects(
      () => write({ ...RSA, jid, appendTo: peers }),
      UsageError,
      "no list of rsa",
    );
    await assertRejects(
      () => write({ type: "x25519", jid, appendTo: keys }),
      UsageError,
      "no list of x25519",
    );
    const after = await Promise.all([keys, peers].map((path) => Deno.readTextFile(path)));
    assertEquals(after, before);
  });
});

Deno.test("writeKeyPair() makes nothing when the list cannot be added to", async () => {
  await inDirectory(async (directory) => {
    const options = { ...RSA, out: join(directory, "key"), appendTo: join(directory, "list") };
    await assertRejects(() => write(options), UsageError, "--jid");
    await assertRejects(() => write({ ...options, jid: "site.org" }), UsageError, "JID");
    assertEquals([...Deno.readDirSync(directory)], []);
  });
});

Deno.test("keygen prints a pair as the original does", async () => {
  const { code, out } = await keygen("1024");
  assertEquals(code, 0);
  assertMatch(
    out,
    /^Private key is:\n-----BEGIN RSA PRIVATE KEY-----\n[^]*Public key is:\n-----BEGIN RSA PUBLIC/,
  );
});

Deno.test("keygen tells in JSON where a pair is, and no secret", async () => {
  await inDirectory(async (directory) => {
    const [out, list] = [join(directory, "key"), join(directory, "peers")];
    const args = ["--type=x25519", "--jid=jm@site.org", `--out=${out}`, `--append-to=${list}`];
    const { code, out: text } = await keygen(...args, "--json");
    assertEquals(code, 0);
    const { publicKey, keyId, ...rest } = JSON.parse(text);
    assertEquals(rest, {
      type: "x25519",
      jid: "jm@site.org",
      privateFile: `${out}.priv`,
      publicFile: `${out}.pub`,
      list,
    });
    assertMatch(keyId, /^[0-9a-f]{16}$/);
    assertStringIncludes(await Deno.readTextFile(list), publicKey);
  });
});

Deno.test("keygen answers wrong usage with exit code 2", async () => {
  for (const args of [["--type=x25519", "1024"], ["--bits=512"], ["--append-to=list"]]) {
    const { code, err } = await keygen(...args);
    assertEquals(code, 2, `${args}`);
    assertMatch(err, /\S/);
  }
});
