/**
 * What a run of the benches says: tables for people, one JSON document with `--json`, and a
 * closing line that names every goal that was missed.
 */
import { z } from "zod";
import { median, perSecond, round, type Measured } from "./measure.ts";

/** The first column names the figure; `goal`, `got` and `reached` stand where a goal was set. */
const Row = z.record(z.string(), z.union([z.string(), z.number()]));
export type Row = z.infer<typeof Row>;

const Table = z.strictObject({
  title: z.string(),
  rows: z.array(Row),
  /** What must be known to read it. */
  notes: z.array(z.string()).optional(),
});
export type Table = z.infer<typeof Table>;

export const Report = z.strictObject({
  node: z.string(),
  machine: z.strictObject({
    cpus: z.int(),
    model: z.string(),
    memoryGb: z.number(),
    /** Processes that waited to run, on average of the last minute, before and after. */
    load: z.tuple([z.number(), z.number()]),
  }),
  /** Type of the file system that the logs were written to. */
  fileSystem: z.string(),
  /** Whether it was a quick run: too short to judge by. */
  quick: z.boolean(),
  seconds: z.number(),
  benches: z.array(z.strictObject({ name: z.string(), seconds: z.number(), tables: z.array(Table) })),
});
export type Report = z.infer<typeof Report>;

export const Tables = z.array(Table);

export interface Goal extends Row {
  readonly goal: string;
  readonly got: string;
  readonly reached: "yes" | "no";
}

/** How {@link figures} are to be read. */
export const FIGURES: readonly string[] = [
  "µs are the least of all rounds, with their median beside it: where these lie far apart, the machine was busy; CPU is the processor time of all threads",
];

/** The columns of what was measured. */
export function figures(name: string, { wall, cpu, walls }: Measured): Row {
  return {
    way: name,
    "a second": perSecond(wall),
    "µs each": round(wall, 1),
    "median µs": round(median(walls), 1),
    "µs CPU": round(cpu, 1),
  };
}

export function atLeast(bound: number, got: number, unit = "×"): Goal {
  return judged(`≥ ${bound} ${unit}`, `${shown(got)} ${unit}`, got >= bound);
}

export function below(bound: number, got: number, unit: string): Goal {
  return judged(`< ${bound} ${unit}`, `${shown(got)} ${unit}`, got < bound);
}

export function atMost(bound: number, got: number, unit = "×"): Goal {
  return judged(`≤ ${bound} ${unit}`, `${shown(got)} ${unit}`, got <= bound);
}

function judged(goal: string, got: string, reached: boolean): Goal {
  return { goal, got, reached: reached ? "yes" : "no" };
}

/** Three digits that count. */
function shown(value: number): number {
  return Number(value.toPrecision(3));
}

/** One bench's tables as text. */
export function printTables(name: string, tables: readonly Table[]): void {
  for (const { title, rows, notes = [] } of tables) {
    console.log(`\n${name}: ${title}`);
    console.table(rows);
    for (const note of notes) console.log(`  ${note}`);
  }
}

/** e.g. `bench: 12 of 14 goals reached in 410 s; missed: w1 sqlite at 1 (0.6 ×, goal ≥ 1 ×)`. */
export function closingLine({ benches, quick, seconds }: Report): string {
  const judgedRows = benches.flatMap(({ name, tables }) =>
    tables.flatMap(({ rows }) =>
      rows.flatMap((row) => (row["reached"] === undefined ? [] : [{ name, row }])),
    ),
  );
  const missed = judgedRows.filter(({ row }) => row["reached"] !== "yes");
  const names = missed.map(
    ({ name, row }) => `${name} ${Object.values(row)[0]} (${row["got"]}, goal ${row["goal"]})`,
  );
  const count = `${judgedRows.length - missed.length} of ${judgedRows.length} goals reached`;
  const end = missed.length === 0 ? "" : `; missed: ${names.join(", ")}`;
  return `bench: ${count} in ${Math.round(seconds)} s${quick ? " (quick: too short to judge by)" : ""}${end}`;
}
