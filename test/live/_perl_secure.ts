/**
 * The original's secure mode: its keys, its configuration, and what it needs to run at all. As shipped its
 * manager has the security module commented out, and its container deciphers acknowledgements, of which it dies.
 *
 * @module
 */
import { assert } from "@std/assert";
import { join } from "@std/path";
import { formatKeyFile } from "../../lib/secure/key_file.ts";
import { generateRsaKey, SHORTEST_RSA_BITS } from "../../lib/secure/rsa_key.ts";

/** Account of the key manager. */
export const KEY_MANAGER = "agent-3";
/** Name of the script of a manager with its security module. */
export const SECURE_MANAGER = "copilot-jobmanager-secure";
/** Resources under which managers are written to: the original's, and one of the suite. */
const RESOURCES = ["", "/perl", "/suite"];

/** Lines that put a component into secure mode. */
export function secureLines(prefix: string, config: string, domain: string): string[][] {
  const name = prefix === "KM" ? "key-manager" : "manager";
  return [
    ["KM_JABBER_ADDRESS", `${KEY_MANAGER}@${domain}`],
    ["PUBLIC_KEYS_FILE", join(config, "public-keys")],
    ["AGENT_SECURE_MODE", "1"],
    [`${prefix}_PUBLIC_KEY_FILE`, join(config, `${name}.pub`)],
    [`${prefix}_PRIVATE_KEY_FILE`, join(config, `${name}.priv`)],
  ];
}

/** Makes keys, the script of a secure manager, and a container that bears acknowledgements. */
export async function writeSecure(root: string, config: string, domain: string): Promise<void> {
  const keys = {
    "manager": generateRsaKey(SHORTEST_RSA_BITS),
    "key-manager": generateRsaKey(SHORTEST_RSA_BITS),
  };
  for (const [name, key] of Object.entries(keys)) {
    await Deno.writeTextFile(join(config, `${name}.priv`), key.pem);
    await Deno.writeTextFile(join(config, `${name}.pub`), key.publicKey.pem);
  }
  const listed = formatKeyFile([
    { jid: `${KEY_MANAGER}@${domain}`, key: keys["key-manager"].publicKey },
    ...RESOURCES.map((resource) => {
      return { jid: `jobmanager@${domain}${resource}`, key: keys.manager.publicKey };
    }),
  ]);
  await Deno.writeTextFile(join(config, "public-keys"), listed);
  const manager = await Deno.readTextFile(join(root, "bin/copilot-jobmanager-generic"));
  const awake = replace(manager, /^# +SecurityModule[^]*?^# +\},$/m, (lines) => {
    return lines.replaceAll(/^#/gm, "");
  });
  await Deno.writeTextFile(join(config, SECURE_MANAGER), awake);
  await Deno.mkdir(join(config, "Copilot/Container"), { recursive: true });
  const container = await Deno.readTextFile(join(root, "lib/Copilot/Container/XMPP.pm"));
  await Deno.writeTextFile(join(config, "Copilot/Container/XMPP.pm"), repaired(container));
}

/** Only what has an info is deciphered; a resend queue bears an info that is enciphered already. */
function repaired(container: string): string {
  const decipher =
    /if \(defined \(\$self->\{'SECURITY'\}\)[^\n]*(?=\n\s*\{\n\s*my \(\$securityModule, \$inputHandler\))/;
  const once = replace(
    container,
    decipher,
    () =>
      "if (defined ($self->{'SECURITY'}) and ref ($nodeHash->{'body'}) eq 'HASH' " +
      "and defined ($nodeHash->{'body'}->{'info'}))",
  );
  const command = /my \$command = [^;\n]*\$output->\{'info'\}->\{'command'\}[^;\n]*;/;
  return replace(
    once,
    command,
    () => "my $command = ref ($output->{'info'}) ? $output->{'info'}->{'command'} : undef;",
  );
}

/** Replaces a part that must be there. */
function replace(text: string, part: RegExp, by: (found: string) => string): string {
  assert(part.test(text), `The original has nothing like ${part}`);
  return text.replace(part, by);
}
