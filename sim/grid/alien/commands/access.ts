/**
 * Commands that open the way to storage elements, and register what went there.
 *
 * @module
 */
import type { CentralServices } from "../central_services.ts";
import type { Replica } from "../file_catalogue.ts";
import type { StorageElement } from "../storage_element.ts";
import { absolutePath, type CommandCall, done, failed, readOptions } from "./command.ts";

const ENOENT = 2;
const EINVAL = 22;
const EBADR = 53;
const EBADFD = 77;

/** `JAliEnCommandaccess`. */
export function access({ services, session, options: words }: CommandCall) {
  const { options, args: [kind = "", name = "", specs = ""] } = readOptions(words, ["s", "j", "m"]);
  const lfn = absolutePath(name, session, services.home);
  const how = { services, http: options.has("u") };
  const { catalogue } = services;
  const file = catalogue.files.get(lfn);
  if (kind === "read") {
    if (file === undefined) return failed(ENOENT, lfn);
    const { replicas, guid, sizeBytes, md5 } = file;
    return done(...replicas.map((replica) => {
      const envelope = catalogue.readEnvelope(file, replica);
      return describe({ envelope, guid, sizeBytes, md5, replica, count: replicas.length }, how);
    }));
  }
  if (!kind.startsWith("write")) return failed(EINVAL, `Invalid access type requested: ${kind}`);
  if (!catalogue.hasDirectory(lfn.slice(0, lfn.lastIndexOf("/")))) {
    return failed(EBADFD, "No write PFNs");
  }
  const sizeBytes = Number(options.get("s") ?? 0);
  const md5 = options.get("m") ?? "";
  if (file !== undefined && (file.sizeBytes !== sizeBytes || file.md5 !== md5)) {
    return failed(
      EINVAL,
      "You seem to want to write a different file from the existing one in the catalogue",
    );
  }
  const request = { lfn, owner: session.user, sizeBytes, md5, job: options.get("j") ?? "" };
  const bookings = catalogue.book(request, chooseElements(services, specs));
  if (bookings.length === 0) return failed(EBADFD, "No write PFNs");
  return done(...bookings.map((booking) => describe({ ...booking, count: bookings.length }, how)));
}

function describe(
  { envelope, guid, sizeBytes, md5, replica, count }: {
    readonly envelope: string;
    readonly guid: string;
    readonly sizeBytes: number;
    readonly md5: string;
    readonly replica: Replica;
    readonly count: number;
  },
  { services, http }: { readonly services: CentralServices; readonly http: boolean },
) {
  const element = services.element(replica.storage);
  // As `PFN.getHttpURL`: nothing, as Java writes it, where a storage element has no HTTP port.
  const address = element?.speaksHttp ? `${services.httpBase}${element.pathOf(guid)}` : "null";
  const message = [
    http ? address : replica.pfn,
    `SE: ${replica.storage} (doesn't need encrypted envelopes)`,
    "Signed envelope:",
    envelope,
  ].join("\n");
  return {
    envelope,
    url: replica.pfn,
    guid,
    se: replica.storage,
    tags: "[disk]",
    nSEs: `${count}`,
    md5,
    size: `${sizeBytes}`,
    message,
  };
}

/** Storage elements that are named, then so many others as `disk=N` or `disk:N` asks for. */
function chooseElements(services: CentralServices, specs: string): StorageElement[] {
  const chosen: StorageElement[] = [];
  let more = specs === "" ? 2 : 0;
  for (const spec of specs.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const [, count] = /^\w+[=:](\d{1,2})$/.exec(spec) ?? [];
    const element = services.element(spec);
    if (count !== undefined) more += Number(count);
    else if (element !== undefined) chosen.push(element);
  }
  return [
    ...chosen,
    ...services.storage.filter((element) => !chosen.includes(element)).slice(0, more),
  ];
}

/** `JAliEnCommandcommit`. */
export function commit({ services, options: [envelope = "", , path = ""] }: CommandCall) {
  const booking = services.catalogue.booking(envelope);
  const element = booking && services.element(booking.replica.storage);
  if (booking === undefined || !element?.objects.has(element.pathOf(booking.guid))) {
    return {
      ...failed(EBADR, "Nothing was registered"),
      results: [{ path, lfn: "0", message: `${path} 0` }],
    };
  }
  services.catalogue.commit(booking);
  return done({ path, lfn: "1", pfn: booking.replica.pfn, message: `${path} 1` });
}
