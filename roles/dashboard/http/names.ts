/**
 * Names under which the server may be asked. A page of another site whose name suddenly leads here (DNS
 * rebinding) is of one origin with the dashboard to a browser, and could read all that it shows; but it asks
 * under that name.
 *
 * @module
 */

/** An address, no name: nobody can make one lead elsewhere. */
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])$/;

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || /^127\./.test(host) ||
    host === "[::1]" || host === "::1";
}

/**
 * Makes the check. Who listens on loopback alone knows its names; others are asked under any, unless they
 * are told.
 *
 * @param listensOn Address or name on which the server listens.
 * @param names More names under which it may be asked, such as that of the web server before it.
 * @returns Tells whether it may be asked under the host name of an address.
 */
export function nameCheck(
  listensOn: string,
  names: readonly string[],
): (hostname: string) => boolean {
  if (names.length === 0 && !isLoopback(listensOn)) return () => true;
  const known = new Set([listensOn, ...names].map((name) => name.toLowerCase()));
  return (hostname) => ADDRESS.test(hostname) || isLoopback(hostname) || known.has(hostname);
}
