/**
 * Totals of a build: sums over groups of a table's rows, moved along with them. A batch is summed
 * up first, and each of its groups written once.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Answer } from "./store.ts";
import { totalsColumns, type Cell, type Totals } from "./table.ts";

/** A name that may be a word of SQL: `order`, say. What names are made of needs no more. */
export function quoted(name: string): string {
  return `"${name}"`;
}

export function totalsTable({ name }: Totals, build: number): string {
  return `${name}_${build}`;
}

export function makeTotals(db: DatabaseSync, build: number, totals: Totals): void {
  const columns = [
    ...Object.entries(totals.by).map(([column, type]) => `${quoted(column)} ${type.toUpperCase()}`),
    "n INTEGER NOT NULL",
    ...totals.sums.flatMap((sum) => [
      `${quoted(sum)} REAL NOT NULL`,
      `${quoted(`${sum}Known`)} INTEGER NOT NULL`,
    ]),
  ];
  db.exec(
    `CREATE TABLE ${totalsTable(totals, build)} (_group TEXT PRIMARY KEY, ${columns.join(", ")}) STRICT`,
  );
}

export interface OpenTotals {
  begin(): void;
  /** Counts a row of the table in, or out. */
  count(cells: Answer, sign: 1 | -1): void;
  flush(): void;
}

/** What a batch changes in a group. */
interface Delta {
  readonly group: readonly Cell[];
  /** `n`, and of each sum how much and how many. */
  readonly by: number[];
}

export function openTotals(db: DatabaseSync, build: number, totals: Totals): OpenTotals {
  const name = totalsTable(totals, build);
  const groupBy = Object.keys(totals.by);
  const moved = totalsColumns(totals).slice(groupBy.length);
  const marks = [...groupBy, ...moved].map(() => "?").join(", ");
  const upsert = db.prepare(`
    INSERT INTO ${name} VALUES (?, ${marks}) ON CONFLICT (_group)
    DO UPDATE SET ${moved
      .map(quoted)
      .map((column) => `${column} = ${column} + excluded.${column}`)
      .join(", ")}`);
  const prune = db.prepare(`DELETE FROM ${name} WHERE _group = ? AND n = 0`);
  const deltas = new Map<string, Delta>();
  return {
    begin: () => deltas.clear(),
    count(cells, sign) {
      const counted = valuesOf(totals, cells);
      if (counted === undefined) return;
      const group = groupBy.map((column) => counted[column] ?? null);
      const key = JSON.stringify(group);
      const delta = deltas.get(key) ?? { group, by: moved.map(() => 0) };
      deltas.set(key, delta);
      add(delta.by, 0, sign);
      for (const [nth, sum] of totals.sums.entries()) {
        const value = counted[sum];
        if (typeof value !== "number" || Math.abs(value) > MOST) continue;
        add(delta.by, 2 * nth + 1, sign * onGrid(value));
        add(delta.by, 2 * nth + 2, sign);
      }
    },
    flush() {
      for (const [key, { group, by }] of deltas) {
        if (by.every((value) => value === 0)) continue;
        upsert.run(key, ...group, ...by);
        if ((by[0] ?? 0) < 0) prune.run(key);
      }
    },
  };
}

function valuesOf(totals: Totals, cells: Answer): Answer | undefined {
  // a table hands its own rows to its totals
  return totals.of === undefined ? cells : totals.of(cells as never);
}

function add(to: number[], at: number, value: number): void {
  to[at] = (to[at] ?? 0) + value;
}

/** What is larger would swallow all else, and two of them the sum: it counts as not known. */
const MOST = Number.MAX_SAFE_INTEGER;
const GRID = 2 ** 30;

/** Numbers on one grid are added up without rounding; above 2^22 they are on it, or too large for it. */
function onGrid(value: number): number {
  return Math.abs(value) < 2 ** 22 ? Math.round(value * GRID) / GRID : value;
}
