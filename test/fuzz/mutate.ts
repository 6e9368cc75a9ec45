/**
 * Ways to damage a text. All chance comes from a seed, so that a mutant can be made again from its
 * number.
 *
 * @module
 */
import { type Random, randomFraction } from "../../lib/random.ts";

/** Longest mutant in characters: more than any limit of one field, less than a stanza may have. */
export const LONGEST_MUTANT = 256 * 1024;
/** Damages at most to one mutant. */
const MOST_DAMAGES = 6;
/** How often a part is repeated in a blow-up. */
const BLOW_UPS = [8, 64, 300, 1100, 10_500, 70_000];

/** Numbers at which counters, sizes and times go wrong. */
const NUMBERS = [
  "0",
  "-0",
  "-1",
  "1e309",
  "-1e309",
  "1e21",
  "NaN",
  "Infinity",
  "0x7fffffff",
  "2147483647",
  "2147483648",
  "4294967296",
  "9007199254740993",
  "18446744073709551616",
  "0.1e-400",
  "٣",
];

/** Characters that texts are seldom tried with. */
const ODDITIES = [
  "\0",
  "\t",
  "\v",
  "\r",
  "\r\n",
  "\x1b",
  "\x7f",
  "\x85",
  "\xa0",
  "\xad",
  "\u0130",
  "\u0300",
  "\u1e9e",
  "\u200b",
  "\u2028",
  "\u202e",
  "\ud800",
  "\udc00",
  "\udc80",
  "\ufeff",
  "\ufffd",
  "\uffff",
  "😀",
  "\u{10ffff}",
];

/** Pieces that mean something in one of the formats. */
const WORDS = [
  "<",
  ">",
  "</",
  "/>",
  "<![CDATA[",
  "]]>",
  "<!--",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  "<?xml version='1.0'?>",
  "&amp;",
  "&#0;",
  "&#x10ffff;",
  "&lol;",
  "'",
  '"',
  "=",
  "==",
  "::::",
  "####",
  "###",
  "#",
  ";",
  "[",
  "]",
  "(",
  "\\",
  "%",
  "%00",
  "%zz",
  "../",
  " xmlns='urn:cernvm:copilot:envelope:1'",
  " type='error'",
  " ack=''",
  "<copilot xmlns='urn:cernvm:copilot:envelope:1'>",
  "_BASE64:",
  "__BASE64::",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
];

/** A way to damage a text. */
interface Mutator {
  readonly name: string;
  readonly apply: (text: string, dice: Dice, corpus: readonly string[]) => string;
}

/** Draws from a source. */
class Dice {
  constructor(private readonly random: Random) {}

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(randomFraction(this.random) * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("Cannot pick from an empty list");
    return item;
  }

  /** A part of a text, mostly a short one. */
  span(text: string): readonly [start: number, end: number] {
    const start = this.below(text.length + 1);
    const longest = this.below(4) === 0 ? text.length - start : Math.min(24, text.length - start);
    return [start, start + this.below(longest + 1)];
  }
}

function replaceSpan(text: string, dice: Dice, by: string): string {
  const [start, end] = dice.span(text);
  return text.slice(0, start) + by + text.slice(end);
}

function insert(text: string, dice: Dice, piece: string): string {
  const at = dice.below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function flipBit(text: string, dice: Dice): string {
  if (text === "") return text;
  const at = dice.below(text.length);
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << dice.below(8)));
  return text.slice(0, at) + flipped + text.slice(at + 1);
}

function replaceNumber(text: string, dice: Dice): string {
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return insert(text, dice, dice.pick(NUMBERS));
  const { 0: digits, index } = dice.pick(numbers);
  return text.slice(0, index) + dice.pick(NUMBERS) + text.slice(index + digits.length);
}

function blowUp(text: string, dice: Dice): string {
  const [start, end] = dice.span(text);
  const part = text.slice(start, end);
  const fit = Math.floor((LONGEST_MUTANT - text.length) / Math.max(1, part.length));
  const times = Math.max(0, Math.min(fit, dice.pick(BLOW_UPS)));
  return text.slice(0, end) + part.repeat(times) + text.slice(end);
}

/** Puts an element, or a bracket, into itself many times over. */
function nest(text: string, dice: Dice): string {
  const [opening, closing] = dice.pick([
    ["<info>", "</info>"],
    ["<body><info a='_BASE64:YQ=='>", "</info></body>"],
    ["[(", ")]"],
    ['{"a":[', "]}"],
  ]);
  const [start, end] = dice.span(text);
  const depth = dice.pick([2, 7, 9, 63, 65, 2000]);
  return text.slice(0, start) + opening.repeat(depth) + text.slice(start, end) +
    closing.repeat(depth) + text.slice(end);
}

function splice(text: string, dice: Dice, corpus: readonly string[]): string {
  const other = dice.pick(corpus);
  return text.slice(0, dice.below(text.length + 1)) + other.slice(dice.below(other.length + 1));
}

function copyFrom(text: string, dice: Dice, corpus: readonly string[]): string {
  const other = dice.pick(corpus);
  return replaceSpan(text, dice, other.slice(...dice.span(other)));
}

const MUTATORS: readonly Mutator[] = [
  { name: "bit flip", apply: flipBit },
  { name: "delete", apply: (text, dice) => replaceSpan(text, dice, "") },
  {
    name: "character",
    apply: (text, dice) => insert(text, dice, String.fromCharCode(dice.below(256))),
  },
  { name: "oddity", apply: (text, dice) => insert(text, dice, dice.pick(ODDITIES)) },
  { name: "word", apply: (text, dice) => replaceSpan(text, dice, dice.pick(WORDS)) },
  { name: "number", apply: replaceNumber },
  { name: "duplicate", apply: (text, dice) => insert(text, dice, text.slice(...dice.span(text))) },
  { name: "blow-up", apply: blowUp },
  { name: "nest", apply: nest },
  { name: "splice", apply: splice },
  { name: "copy", apply: copyFrom },
  { name: "truncate", apply: (text, dice) => text.slice(0, dice.below(text.length + 1)) },
];

/**
 * Damages one entry of a corpus.
 *
 * @param corpus Good texts; at least one.
 * @param random The source of all chance.
 * @returns The mutant, of at most {@linkcode LONGEST_MUTANT} characters.
 */
export function mutate(corpus: readonly string[], random: Random): string {
  const dice = new Dice(random);
  let text = dice.pick(corpus);
  // Mostly one damage: with many a mutant falls at the first hurdle and nothing behind it is tried.
  const damages = dice.below(2) === 0 ? 1 : 1 + dice.below(MOST_DAMAGES);
  for (let damage = 0; damage < damages; damage++) {
    text = dice.pick(MUTATORS).apply(text, dice, corpus).slice(0, LONGEST_MUTANT);
  }
  return text;
}
