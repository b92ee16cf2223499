/** Questions in SQL whose answers are held to a shape. Both sources, runs and telemetry, are asked. */
import { z } from "zod";
import type { Projections } from "../../face.ts";
import type { Query } from "../../store.ts";

/** Whoever answers SQL about the built-in tables: opened projections. */
export type Asking = Pick<Projections, "sql">;

export interface Question<T> {
  readonly text: string;
  readonly values?: Query["values"];
  /** Of one row. */
  readonly row: z.ZodType<T>;
}

export async function rowsOf<T>(
  { sql }: Asking,
  { text, values = [], row }: Question<T>,
): Promise<readonly T[]> {
  return z.array(row).parse(await sql(text, values));
}

/** For questions that have exactly one row for an answer. */
export async function rowOf<T>(asking: Asking, question: Question<T>): Promise<T> {
  const [row] = await rowsOf(asking, question);
  return question.row.parse(row);
}

/** Totals stand on a grid of 2^-30: what is finer than eight decimals is not what anybody spent. */
const offGrid = (value: number): number =>
  Math.abs(value) < 2 ** 22 ? Math.round(value * 1e8) / 1e8 : value;

export const Known = z.number().transform(offGrid);
export const Maybe = Known.nullable();
export const Name = z.string().nullable();

/** `n` of the rows of totals for which something holds. */
export function countedWhere(holds = "TRUE"): string {
  return `CAST(TOTAL(n) FILTER (WHERE ${holds}) AS INTEGER)`;
}

/** The mean of a sum of totals over what is known of it; NULL of none. */
export function meanWhere(sum: string, holds = "TRUE"): string {
  return `SUM(${sum}) FILTER (WHERE ${holds}) / NULLIF(SUM(${sum}Known) FILTER (WHERE ${holds}), 0)`;
}
