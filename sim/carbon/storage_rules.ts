/**
 * Which series is kept how: carbon's `storage-schemas.conf` and `storage-aggregation.conf`.
 *
 * @module
 */

import { messageOf } from "../../lib/error_message.ts";
import { type Archive, parseRetentions } from "./retention.ts";
import { parseSections, type Section } from "./sections.ts";

/** How points become one of a coarser archive. */
export type RollUp = "average" | "sum" | "min" | "max" | "last";

/** How a series is kept. */
export interface StoragePlan {
  /** Its archives, the finest first. */
  readonly archives: readonly Archive[];
  /** How points become one of a coarser archive. */
  readonly rollUp: RollUp;
  /** Share of a coarser point's points, 0 to 1, that must be known for it to be known. */
  readonly xFilesFactor: number;
}

/** Texts of {@linkcode StorageRules}, as in carbon's files. */
export interface StorageRuleTexts {
  /** Sections with `pattern` and `retentions`; the first whose pattern is found in the path counts. */
  readonly schemas: string;
  /** Sections with `pattern`, `xFilesFactor` and `aggregationMethod`; default: none. */
  readonly aggregation?: string | undefined;
}

const ROLL_UPS: ReadonlySet<string> = new Set<RollUp>(["average", "sum", "min", "max", "last"]);

/** Carbon's own, for a path that no pattern fits: a week of minutes. */
const DEFAULT_ARCHIVES = parseRetentions("60:10080");
/** Whisper's own. */
const DEFAULT_ROLL_UP = "average";
const DEFAULT_X_FILES_FACTOR = 0.5;

/** The rules of a site. */
export class StorageRules {
  readonly #schemas: readonly (readonly [RegExp, readonly Archive[]])[];
  readonly #aggregations: readonly (readonly [RegExp, Omit<StoragePlan, "archives">])[];

  /**
   * @param texts See {@linkcode StorageRuleTexts}.
   * @throws {SyntaxError} When a text cannot be read; carbon would leave the section out.
   */
  constructor(texts: StorageRuleTexts) {
    this.#schemas = parseSections(texts.schemas).map((section) =>
      [patternOf(section), inSection(section, readRetentions)] as const
    );
    this.#aggregations = parseSections(texts.aggregation ?? "").map((section) =>
      [patternOf(section), inSection(section, readAggregation)] as const
    );
  }

  /**
   * Tells how a series is kept.
   *
   * @param path Its path.
   * @returns The plan.
   */
  planFor(path: string): StoragePlan {
    const archives = this.#schemas.find(([pattern]) => pattern.test(path))?.[1];
    const aggregation = this.#aggregations.find(([pattern]) => pattern.test(path))?.[1];
    return {
      archives: archives ?? DEFAULT_ARCHIVES,
      rollUp: aggregation?.rollUp ?? DEFAULT_ROLL_UP,
      xFilesFactor: aggregation?.xFilesFactor ?? DEFAULT_X_FILES_FACTOR,
    };
  }
}

function patternOf(section: Section): RegExp {
  return inSection(section, ({ values }) => new RegExp(valueOf(values, "pattern")));
}

function readRetentions({ values }: Section): Archive[] {
  return parseRetentions(valueOf(values, "retentions"));
}

function readAggregation({ values }: Section): Omit<StoragePlan, "archives"> {
  const rollUp = values.get("aggregationmethod") ?? DEFAULT_ROLL_UP;
  if (!isRollUp(rollUp)) throw new SyntaxError(`Unknown aggregationMethod "${rollUp}"`);
  const xFilesFactor = Number(values.get("xfilesfactor") ?? DEFAULT_X_FILES_FACTOR);
  if (!(xFilesFactor >= 0 && xFilesFactor <= 1)) {
    throw new SyntaxError(`Cannot use xFilesFactor "${values.get("xfilesfactor")}"`);
  }
  return { rollUp, xFilesFactor };
}

function isRollUp(text: string): text is RollUp {
  return ROLL_UPS.has(text);
}

function valueOf(values: ReadonlyMap<string, string>, key: string): string {
  const value = values.get(key);
  if (value === undefined) throw new SyntaxError(`Missing ${key}`);
  return value;
}

function inSection<Result>(section: Section, read: (section: Section) => Result): Result {
  try {
    return read(section);
  } catch (error) {
    const reason = messageOf(error);
    throw new SyntaxError(`Cannot use section [${section.name}]: ${reason}`);
  }
}
