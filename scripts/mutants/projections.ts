/** Bugs of the projections: rows and checkpoint together, side by side, and nobody's rows but this log's. */
import type { Mutant } from "./mutant.ts";

export const PROJECTIONS: readonly Mutant[] = [
  {
    name: "checkpoint-in-a-transaction-of-its-own",
    file: "src/projections/store-sqlite.ts",
    find: "    list.move(id, after);",
    replace: '    db.exec("COMMIT");\n    db.exec("BEGIN IMMEDIATE");\n    list.move(id, after);',
    law: "P1",
  },
  {
    name: "batch-over-a-moved-checkpoint",
    file: "src/projections/store-sqlite.ts",
    find: "sameCheckpoint(list.find(projection, into)?.checkpoint, before)",
    replace: "sameCheckpoint(before, before) || list.find(projection, into) === undefined",
    law: "P2",
  },
  {
    name: "checkpoint-of-another-log",
    file: "src/projections/folding.ts",
    find: "const known = valid.get(position) ?? (await isOf(log, position, ids));",
    replace: "const known = valid.get(position) ?? ids.length > 0;",
    law: "P2",
  },
  {
    name: "record-that-is-taken-out-stays",
    file: "src/projections/folding.ts",
    find: "for (const { projection } of group) stale.add(projection.name);",
    replace: "for (const { projection } of group) stale.has(projection.name);",
    law: "A5",
  },
  {
    name: "old-version-read",
    file: "src/projections/store-sqlite-builds.ts",
    find: '"SELECT id, tables, checkpoint FROM builds WHERE projection = ? AND version = ? AND state = ?"',
    replace:
      '"SELECT id, tables, checkpoint FROM builds WHERE projection = ?1 AND ?2 > 0 AND state = ?3"',
    law: "P3",
  },
  {
    name: "build-is-read-before-it-is-whole",
    file: "src/projections/store-sqlite.ts",
    find: 'if (done && into === "building") list.finish(projection, id);',
    replace: 'if (into === "building") list.finish(projection, id);',
    law: "P3",
  },
  {
    name: "rows-of-a-build-beside-the-old-ones",
    file: "src/projections/store-sqlite-builds.ts",
    find: "      drop(older.all(name, version, build));",
    replace: "      older.all(name, version, build);",
    law: "P3",
  },
  {
    name: "older-version-takes-the-plain-names",
    file: "src/projections/store-sqlite-builds.ts",
    find: "if (newer.get(name, version) === undefined) showTables",
    replace: "if (newer.get(name, version) !== null) showTables",
    law: "P3",
  },
  {
    name: "what-a-row-came-to-before-stays",
    file: "src/projections/store-sqlite-tables.ts",
    find: "remove.run(key);",
    replace: "",
    law: "P2",
  },
  {
    name: "total-that-counts-what-is-gone",
    file: "src/projections/store-sqlite-tables.ts",
    find: "one.count(cellsOf(cells), -1)",
    replace: "one.count(cellsOf(cells), 0 as 1)",
    law: "P2",
  },
  {
    name: "parked-key-goes-on",
    file: "src/projections/batch.ts",
    find: "if (old?.parked !== undefined) continue;",
    replace: "",
    law: "P4",
  },
  {
    name: "table-that-fails-stops-the-batch",
    file: "src/projections/spread.ts",
    find: "    return { ...rest, unspread, spread: tables.map(() => []) };",
    replace: "    throw new Error(unspread);",
    law: "P4",
  },
  {
    name: "watcher-that-skips-a-change",
    file: "src/projections/follow.ts",
    find: "const found = await look({ since: moved });",
    replace: "const found = await look({ since: moved + 1 });",
    law: "P2",
  },
];
