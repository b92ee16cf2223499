/** Columns of a row with their types proven: a wrong one means that the file is damaged. */
import type { SQLOutputValue } from "node:sqlite";
import { TroupeError } from "../../errors.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function integer(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : wrong(column, "a number");
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : wrong(column, "text");
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrong(column, "bytes");
}

/** `undefined` where the column is NULL. */
export function optional<T>(
  row: Row,
  column: string,
  read: (row: Row, column: string) => T,
): T | undefined {
  return row[column] === null ? undefined : read(row, column);
}

function wrong(column: string, expected: string): never {
  throw new TroupeError("LOG_CORRUPT", `column "${column}" of the log does not hold ${expected}`, {
    hint: "Run `troupe doctor` on this log, and restore it from a copy if it is damaged.",
    data: { column },
  });
}
