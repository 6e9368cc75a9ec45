/**
 * Peers from Debian.
 *
 * @module
 */

/**
 * Finds a package's version, for the table.
 *
 * @param name Name of the package, such as `prosody`.
 * @returns The upstream version, such as `0.12.3`; empty where nothing knows it.
 */
export async function packageVersion(name: string): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("dpkg-query", {
      args: ["-W", "-f", "${Version}", name],
      stderr: "null",
    }).output();
    // 5:7.0.15-1~deb12u5 is an epoch, the upstream version and Debian's revision.
    return success ? new TextDecoder().decode(stdout).replace(/^\d+:|-[^-]*$/g, "") : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** A program's name with the version of its package. */
export async function nameWithVersion(program: string, packageName: string): Promise<string> {
  return `${program} ${await packageVersion(packageName)}`.trim();
}
