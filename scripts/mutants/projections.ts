/** Bugs of the projections: rows and checkpoint together, and nobody's rows but this log's. */
import type { Mutant } from "./mutant.ts";

export const PROJECTIONS: readonly Mutant[] = [
  {
    name: "checkpoint-before-its-rows",
    file: "src/projections/store-sqlite.ts",
    find: "for (const [key, entry] of entries) {",
    replace:
      'replaceCheckpoint.run(projection, JSON.stringify(after)), db.exec("COMMIT; BEGIN IMMEDIATE");\n            for (const [key, entry] of entries) {',
    law: "P1",
  },
  {
    name: "rows-of-a-batch-that-came-second",
    file: "src/projections/store-sqlite.ts",
    find: "if (!changes.every(",
    replace: "if (changes.length < 0 && !changes.every(",
    law: "P2",
  },
  {
    name: "rows-of-another-log",
    file: "src/projections/runner.ts",
    find: "before?.version === version && (await counts(before))",
    replace: "before?.version === version",
    law: "P2",
  },
  {
    name: "rows-of-an-older-version",
    file: "src/projections/runner.ts",
    find: "before?.version === version && (await counts(before))",
    replace: "before !== undefined && (await counts(before))",
    law: "P2",
  },
  {
    name: "rows-of-a-skipped-record",
    file: "src/projections/runner.ts",
    find: "batch.pass(record)",
    replace: "batch.fold(record)",
    law: "A5",
  },
];
