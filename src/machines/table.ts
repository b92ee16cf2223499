/**
 * An immutable list in two levels: changing one item of n copies about 2·√n references, not
 * n, and shares the rest (A13). Plain nested arrays, so it is JSON as it stands.
 */
export type Table<T> = readonly (readonly T[])[];

/** The items in rows of equal length, the last but shorter. */
export function tableOf<T>(items: readonly T[]): Table<T> {
  const width = Math.max(1, Math.ceil(Math.sqrt(items.length)));
  const rows: T[][] = [];
  for (let start = 0; start < items.length; start += width)
    rows.push(items.slice(start, start + width));
  return rows;
}

/** The item at an index, undefined outside. */
export function itemAt<T>(table: Table<T>, index: number): T | undefined {
  const width = table[0]?.length ?? 1;
  return table[Math.floor(index / width)]?.[index % width];
}

/** The table with one item replaced; an index outside changes nothing. */
export function withItem<T>(table: Table<T>, index: number, item: T): Table<T> {
  const width = table[0]?.length ?? 1;
  const row = table[Math.floor(index / width)];
  if (row === undefined || index % width >= row.length) return table;
  return table.with(Math.floor(index / width), row.with(index % width, item));
}
