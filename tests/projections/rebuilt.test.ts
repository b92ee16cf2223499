/** P2: whoever folded which part of a log, and in whichever order its partitions came, the rows are the same. */
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { stockOf, takeStock } from "../../src/actors/recover.ts";
import { directories } from "../../src/actors/directories.ts";
import { archiveRuns } from "../../src/events/log/archive.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import type { Projections } from "../../src/projections/face.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { folder } from "../support/log-sqlite.ts";
import { anyStep, countedLog, rowsOf, stockByScan, write } from "../support/projected.ts";

const PARTITIONS = 3;
const order = fc.shuffledSubarray([0, 1, 2], { minLength: PARTITIONS });
const who = fc.nat(1);
/** What happens to a log that two processes fold. */
const anyHistory = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ write: fc.array(anyStep, { minLength: 1, maxLength: 8 }) }) },
    { weight: 3, arbitrary: fc.record({ fold: who, limit: fc.integer({ min: 1, max: 12 }), order }) },
    { weight: 1, arbitrary: fc.record({ both: fc.constant(true), order }) },
    { weight: 1, arbitrary: fc.record({ reopen: who }) },
    { weight: 1, arbitrary: fc.record({ archive: fc.constant(true) }) },
  ),
  { maxLength: 14 },
);

describe("rows", () => {
  test.prop({ history: anyHistory, last: order }, { numRuns: 40 })(
    "P2: for every log, interleaving of partitions, interruption and archiving, rows and what a host takes over are those of one scan",
    async ({ history, last }) => {
      await using home = await folder();
      const place = { path: join(home.path, "rows"), mode: 0o600 };
      const store = memoryStore({ partitions: PARTITIONS });
      const log = memoryLog({ store });
      const opened = (by = [0, 1, 2]): Projections =>
        openProjections({ log: countedLog(log, by), place });
      let archived = 0;
      const now = (): number => Date.UTC(2026, 0) + ++archived; // of the files' names
      const two = [opened(), opened()];
      const replace = async (at: number, by?: number[]): Promise<Projections> => {
        await two[at]?.[Symbol.asyncDispose]();
        return (two[at] = opened(by));
      };
      for (const happens of history) {
        if ("write" in happens) await write(log, happens.write);
        else if ("fold" in happens)
          await (await replace(happens.fold, happens.order)).catchUp(happens.limit);
        else if ("both" in happens) {
          await using third = opened(happens.order);
          await Promise.all([...two, third].map((one) => one.catchUp()));
        } else if ("archive" in happens)
          await archiveRuns(log, { before: Number.POSITIVE_INFINITY, folder: home.path, now });
        else await replace(happens.reopen);
      }
      const live = await replace(0, last);
      await using rebuilt = openProjections({ log, place: null });
      expect(await rowsOf(live)).toEqual(await rowsOf(rebuilt));

      const stock = await stockByScan(log);
      const directory = directories();
      expect(
        (await takeStock(stockOf(live, PARTITIONS), directory)).map(({ address }) => address),
      ).toEqual(stock.open);
      for (const root of ["a", "b", "d", "e"])
        expect(directory(root).all()).toEqual(stock.directory(root).all());
      await Promise.all(two.map((one) => one[Symbol.asyncDispose]()));
    },
    60_000,
  );
});
