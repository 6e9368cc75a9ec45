/**
 * Access control lists: who may do what in a directory. A list is the text of a directory's `.__acl`
 * file and of the answer to `getacl`, one `<subject> <rights>` a line. Pure: neither sockets nor files.
 *
 * @module
 */

/** A right's letter. */
export type RightLetter = "r" | "w" | "l" | "d" | "p" | "a" | "x" | "v";

/**
 * A set of rights, as bits: the eight rights of {@linkcode RIGHT} low, and 8 bits further up those that
 * the maker of a directory gets by reserve, `v(...)`. Sets are joined with `|`.
 */
export type Rights = number;

/** The rights, in the order in which they are printed. */
export const RIGHT: Readonly<Record<RightLetter, Rights>> = {
  /** Read files. */
  r: 1,
  /** Write and create; contains `p`. */
  w: 2,
  /** List and look at entries. */
  l: 4,
  /** Delete and rename away. */
  d: 8,
  /** Put new files, without replacing any. */
  p: 16,
  /** Change the access control list. */
  a: 32,
  /** Execute. */
  x: 64,
  /** Reserve: make a directory with a list of one's own. */
  v: 128,
};

/** No right at all. */
export const NO_RIGHTS: Rights = 0;

/** One line of a list. */
export interface AclEntry {
  /** Identity or pattern, such as `address:127.0.0.1`, `hostname:*.example.org`, `unix:*`. */
  readonly subject: string;
  /** What it may do. */
  readonly rights: Rights;
}

/** A list; rights are the union over all entries that match. */
export type Acl = readonly AclEntry[];

const RESERVE_SHIFT = 8;
const OWN_MASK = 0xff;
const OWN_ORDER: readonly RightLetter[] = ["r", "w", "l", "d", "p", "a", "x"];
const RESERVE_ORDER: readonly RightLetter[] = ["r", "w", "l", "d", "p", "v", "a", "x"];
const ENTRY = /^([^ ]+)[ \t]+([rwldaxpv()]+)/;

/** What `v` without letters in brackets gives to the maker. */
const PLAIN_RESERVE = parseRights("rwlda");

/**
 * Reads rights such as `rwlda` or `rlv(rwld)`. Letters that mean nothing are skipped, as servers do.
 *
 * @param text The letters.
 * @returns The set; `n`, `.` and the empty text give {@linkcode NO_RIGHTS}.
 */
export function parseRights(text: string): Rights {
  let rights = NO_RIGHTS;
  let shift = 0;
  for (const letter of text) {
    if (letter === "(") shift = RESERVE_SHIFT;
    else if (letter === ")") shift = 0;
    else if (isRightLetter(letter)) rights |= RIGHT[letter] << shift;
  }
  return withImplied(rights);
}

/**
 * Writes rights in the order of the protocol, `rwldpaxv(...)`.
 *
 * @param rights The set.
 * @returns The letters; `n` where there is no right.
 */
export function formatRights(rights: Rights): string {
  const own = lettersOf(rights, OWN_ORDER);
  const reserve = rights & RIGHT.v ? `v(${lettersOf(rights >> RESERVE_SHIFT, RESERVE_ORDER)})` : "";
  return own + reserve || "n";
}

/**
 * Tells whether a set contains a right.
 *
 * @param rights The set.
 * @param letter The right.
 * @returns Whether it is granted.
 */
export function grants(rights: Rights, letter: RightLetter): boolean {
  return (rights & RIGHT[letter]) !== 0;
}

/**
 * What the maker of a directory gets in it where it was the right `v` that let him make it.
 *
 * @param rights The rights in the parent directory.
 * @returns The rights in the new directory; `v` without letters stands for `rwlda`.
 */
export function reservedRights(rights: Rights): Rights {
  return withImplied((rights >> RESERVE_SHIFT) & OWN_MASK) || PLAIN_RESERVE;
}

/**
 * Reads a list. Lines that are none of it (no blank, rights that begin with another letter, comments)
 * are ignored.
 *
 * @param text The text of the list.
 * @returns Its entries, in order.
 */
export function parseAcl(text: string): AclEntry[] {
  const entries: AclEntry[] = [];
  for (const line of text.split("\n")) {
    const [, subject, letters] = ENTRY.exec(line) ?? [];
    if (subject !== undefined && letters !== undefined) {
      entries.push({ subject, rights: parseRights(letters) });
    }
  }
  return entries;
}

/**
 * Writes a list.
 *
 * @param entries The entries.
 * @returns The text, each line with its line feed.
 */
export function formatAcl(entries: Acl): string {
  return entries.map(({ subject, rights }) => `${subject} ${formatRights(rights)}\n`).join("");
}

/**
 * Sets one subject's rights in a list: replaces the entry, appends one, or with no rights removes it.
 *
 * @param acl The list; left as it is.
 * @param subject The identity or pattern, compared letter by letter.
 * @param rights The rights.
 * @returns The new list.
 */
export function withEntry(acl: Acl, subject: string, rights: Rights): AclEntry[] {
  if (rights === NO_RIGHTS) return acl.filter((entry) => entry.subject !== subject);
  const known = acl.some((entry) => entry.subject === subject);
  if (!known) return [...acl, { subject, rights }];
  return acl.map((entry) => entry.subject === subject ? { subject, rights } : entry);
}

/**
 * Adds up what an identity may do.
 *
 * @param acl The list of the directory.
 * @param identity Who, such as `address:127.0.0.1`.
 * @returns The union of the rights of all entries that match.
 */
export function rightsOf(acl: Acl, identity: string): Rights {
  let rights = NO_RIGHTS;
  for (const entry of acl) {
    if (matchesSubject(entry.subject, identity)) rights |= entry.rights;
  }
  return rights;
}

/**
 * Tells whether a subject of a list stands for an identity. Only the first `*` is a wildcard, for any
 * run of characters; letters count as they are. Groups (`group:...`) match nobody.
 *
 * @param pattern The subject of a list.
 * @param identity Who, such as `hostname:node7.example.org`.
 * @returns Whether it matches.
 */
export function matchesSubject(pattern: string, identity: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === identity;
  return identity.length >= pattern.length - 1 && identity.startsWith(pattern.slice(0, star)) &&
    identity.endsWith(pattern.slice(star + 1));
}

/** Adds the `p` that `w` contains. The letters of a reserve stay as given: it counts once they are had. */
function withImplied(rights: Rights): Rights {
  return rights & RIGHT.w ? rights | RIGHT.p : rights;
}

function isRightLetter(letter: string): letter is RightLetter {
  return Object.hasOwn(RIGHT, letter);
}

function lettersOf(rights: Rights, order: readonly RightLetter[]): string {
  return order.filter((letter) => grants(rights, letter)).join("");
}
