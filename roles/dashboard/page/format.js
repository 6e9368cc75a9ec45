// @ts-check
/**
 * Numbers, times and states as people read them.
 *
 * @module
 */

const whole = new Intl.NumberFormat("en-GB");
const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });

/**
 * A count: `12,345`, from a million on `1.2m`.
 *
 * @param {number | undefined} value
 */
export function count(value) {
  if (value === undefined) return "–";
  return value < 1_000_000 ? whole.format(value) : short.format(value);
}

/**
 * A measured value: three figures that matter.
 *
 * @param {number | null | undefined} value
 */
export function measure(value) {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 1000 ? whole.format(Math.round(value)) : fine.format(value);
}

/**
 * A share: `97%`, `99.8%`.
 *
 * @param {number | null | undefined} value In percent.
 */
export function percent(value) {
  return value === null || value === undefined ? "–" : `${fine.format(value)}%`;
}

/**
 * A load, as `uptime` shows it: `0.73`.
 *
 * @param {number | null | undefined} value
 */
export function load(value) {
  return value === null || value === undefined ? "–" : value.toFixed(2);
}

/**
 * An amount of memory or disk: `310 MiB`, `4.2 GiB`.
 *
 * @param {number | null | undefined} value In MiB.
 */
export function mebibytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["MiB", "GiB", "TiB", "PiB"];
  let size = value;
  while (Math.abs(size) >= 1024 && units.length > 1) {
    size /= 1024;
    units.shift();
  }
  return `${fine.format(size)} ${units[0]}`;
}

/**
 * A length of time: `850 ms`, `12 s`, `3 min 20 s`, `5 h 10 min`, `32 min`, `12 d`.
 *
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? fine.format(seconds) : Math.round(seconds)} s`;
  const units = /** @type {const} */ ([[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]]);
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[at] ?? [1, "s"];
  const [nextSize, nextName] = units[at + 1] ?? [1, "s"];
  const rest = Math.floor((seconds % size) / nextSize);
  const count = Math.floor(seconds / size);
  const first = `${count} ${name}`;
  return rest === 0 || count > 9 ? first : `${first} ${rest} ${nextName}`;
}

/**
 * How long ago: `just now`, `12 s ago`, `3 min ago`, `5 d ago`; empty for a time that nobody knows.
 *
 * @param {number} atMs
 * @param {number} nowMs
 */
export function ago(atMs, nowMs) {
  if (atMs <= 0) return "";
  const seconds = Math.max(0, (nowMs - atMs) / 1000);
  if (seconds < 5) return "just now";
  return `${duration(seconds < 60 ? Math.floor(seconds) : seconds).split(/(?<=[a-z]) /)[0]} ago`;
}

/**
 * A moment, local: `22 Nov 14:03:59`.
 *
 * @param {number | undefined} atMs
 */
export function moment(atMs) {
  if (atMs === undefined || atMs <= 0) return "–";
  return new Date(atMs).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).replace(",", "");
}

/**
 * A raw wait status: `0`, `exit 3`, `signal 9`.
 *
 * @param {number | null | undefined} status
 */
export function exitStatus(status) {
  if (status === null || status === undefined) return "";
  if (status === 0) return "0";
  return status < 256 ? `signal ${status & 127}` : `exit ${status >> 8}`;
}

/**
 * The first part of a UUID, which tells jobs apart well enough in a table; other ids stay whole.
 *
 * @param {string} id
 */
export function shortId(id) {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id.slice(0, 8) : id;
}

/**
 * The part of a JID that tells agents apart, as a table shows it.
 *
 * @param {string} jid
 */
export function shortJid(jid) {
  const user = jid.split("@")[0] ?? "";
  // The original's form: agent_ID_CPUS_REVISION_UUID_FLAG
  return /^agent_(.+)_[^_]*_[^_]*_[0-9a-f-]{36}_[^_]*$/.exec(user)?.[1] ?? user;
}
