/**
 * The series on disk, or in memory: one SQLite database of blocks of points.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import { messageOf } from "../../lib/error_message.ts";
import { parseRetentions } from "./retention.ts";
import type { RollUp, StoragePlan } from "./storage_rules.ts";

/** Points of a block. */
export const BLOCK_POINTS = 64;

/** Where a block belongs. */
export interface BlockPlace {
  /** Number of the series. */
  readonly seriesId: number;
  /** Distance of the archive's points in seconds. */
  readonly stepSeconds: number;
}

/** A series as it is stored. */
export interface StoredSeries {
  /** Its number. */
  readonly id: number;
  /** Its path. */
  readonly path: string;
  /** How it is kept, as decided when it began. */
  readonly plan: StoragePlan;
}

const PAGE_BYTES = 4096;

const LAYOUT = `
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    retentions TEXT NOT NULL,
    roll_up TEXT NOT NULL,
    x_files_factor REAL NOT NULL
  );
  CREATE TABLE IF NOT EXISTS blocks (
    series_id INTEGER NOT NULL,
    step_seconds INTEGER NOT NULL,
    start INTEGER NOT NULL,
    points BLOB NOT NULL,
    PRIMARY KEY (series_id, step_seconds, start)
  ) WITHOUT ROWID;
`;

/** The database. A block is a row: its points as doubles, NaN where there is none. */
export class BlockDatabase implements Disposable {
  readonly #database: DatabaseSync;
  readonly #insertSeries: StatementSync;
  readonly #load: StatementSync;
  readonly #save: StatementSync;
  readonly #drop: StatementSync;

  /**
   * @param file Path of the file, made where missing; `:memory:` for none.
   * @param maxBytes Most bytes that it may hold; then nothing more can be stored.
   * @throws {Error} When the file is no database or cannot be opened.
   */
  constructor(file: string, maxBytes: number) {
    try {
      this.#database = new DatabaseSync(file);
      this.#database.exec(LAYOUT);
      const pages = Math.ceil(maxBytes / PAGE_BYTES);
      this.#database.exec(`PRAGMA max_page_count = ${pages}`);
    } catch (error) {
      const reason = messageOf(error);
      throw new Error(`Cannot open the series in ${file}: ${reason}`, { cause: error });
    }
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#insertSeries = prepare(
      "INSERT INTO series (path, retentions, roll_up, x_files_factor) VALUES (?, ?, ?, ?)",
    );
    this.#load = prepare(
      "SELECT points FROM blocks WHERE series_id = ? AND step_seconds = ? AND start = ?",
    );
    this.#save = prepare("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?)");
    this.#drop = prepare(
      "DELETE FROM blocks WHERE series_id = ? AND step_seconds = ? AND start < ?",
    );
  }

  /** Every series, in the order in which they began. */
  allSeries(): StoredSeries[] {
    return this.#database.prepare("SELECT * FROM series ORDER BY id").all().map((row) => ({
      id: Number(row.id),
      path: String(row.path),
      plan: {
        archives: parseRetentions(String(row.retentions)),
        rollUp: row.roll_up as RollUp,
        xFilesFactor: Number(row.x_files_factor),
      },
    }));
  }

  /**
   * Begins a series.
   *
   * @param path Its path.
   * @param plan How it is kept.
   * @returns Its number.
   */
  addSeries(path: string, { archives, rollUp, xFilesFactor }: StoragePlan): number {
    const retentions = archives.map(({ stepSeconds, points }) => `${stepSeconds}:${points}`);
    const row = this.#insertSeries.run(path, retentions.join(","), rollUp, xFilesFactor);
    return Number(row.lastInsertRowid);
  }

  /** The points of a block that begins at `start` seconds; `undefined` where none is stored. */
  load({ seriesId, stepSeconds }: BlockPlace, start: number): Float64Array | undefined {
    const bytes = this.#load.get(seriesId, stepSeconds, start)?.points;
    if (!(bytes instanceof Uint8Array) || bytes.length !== BLOCK_POINTS * 8) return undefined;
    return new Float64Array(bytes.slice().buffer);
  }

  /** Stores a block that begins at `start` seconds. */
  save({ seriesId, stepSeconds }: BlockPlace, start: number, points: Float64Array): void {
    const bytes = new Uint8Array(points.buffer, points.byteOffset, points.byteLength);
    this.#save.run(seriesId, stepSeconds, start, bytes);
  }

  /** Forgets the blocks of an archive that begin before `start` seconds. */
  dropBefore({ seriesId, stepSeconds }: BlockPlace, start: number): void {
    this.#drop.run(seriesId, stepSeconds, start);
  }

  /** Makes all changes of `change` together, or none. */
  transaction(change: () => void): void {
    this.#database.exec("BEGIN");
    try {
      change();
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk has ended the transaction already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Closes the database. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}
