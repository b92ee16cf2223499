/** Rows of SQLite as cells: what has no place in JSON is in no table of ours. */
import type { Row } from "../events/log/sqlite-row.ts";
import type { Answer } from "./store.ts";
import type { Cell } from "./table.ts";

export function cellsOf(row: Row): Answer {
  const cells = Object.entries(row).map(([column, value]): [string, Cell] => {
    if (value !== null && typeof value !== "string" && typeof value !== "number")
      throw new Error(`column "${column}" holds bytes, which are no JSON: ask for hex(…) of them`);
    return [column, value];
  });
  return Object.fromEntries(cells); // a column may be called "__proto__"
}
