/**
 * The program that a site of simulated AliEn services configures as its commands, in place of one that
 * speaks Java's own serialisation: `queue_tool.ts BASE STEP ARGUMENT …`; envelopes come on the standard
 * input. Exit status 65: refused for good; 75: may be tried again.
 *
 * @module
 */
import { printErrorLine, printLine } from "../../../lib/cli/output.ts";
import { messageOf } from "../../../lib/error_message.ts";

const REFUSED = 65;
const TEMPORARY_FAILURE = 75;
/** Steps of the task queue. */
const QUEUE_STEPS = ["take", "status", "heartbeat"];

async function send(address: URL | string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, init);
  if (response.ok) return response;
  await response.body?.cancel();
  printErrorLine(`The services answer ${response.status}`);
  Deno.exit(response.status === 403 || response.status === 507 ? REFUSED : TEMPORARY_FAILURE);
}

/** Address of a content behind the storage elements' own protocol. */
async function storageAddress(base: string, url: string): Promise<URL> {
  const envelope = (await new Response(Deno.stdin.readable).text()).trim();
  const address = new URL(`${base}/xrootd${new URL(url).pathname.replace(/^\/+/, "/")}`);
  address.searchParams.set("authz", envelope);
  return address;
}

async function main([base = "", step = "", ...args]: readonly string[]): Promise<void> {
  const [file = "", url = ""] = args;
  if (step === "upload") {
    const body = await Deno.readFile(file);
    await send(await storageAddress(base, url), { method: "PUT", body });
  } else if (step === "download") {
    const response = await send(await storageAddress(base, url), {});
    await Deno.writeFile(file, await response.bytes());
  } else if (QUEUE_STEPS.includes(step)) {
    const response = await send(`${base}/queue`, {
      method: "POST",
      body: JSON.stringify([step, ...args]),
    });
    printLine(await response.text());
  } else {
    printErrorLine(`There is no step ${step}`);
    Deno.exit(64);
  }
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    printErrorLine(`Cannot reach the services: ${messageOf(error)}`);
    Deno.exit(TEMPORARY_FAILURE);
  }
}
