/** L9 where archiving, reading and another archiving meet: nothing is lost, and nothing is left out in silence. */
import { rename } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../../src/errors.ts";
import { partitionOf } from "../../../src/events/address.ts";
import { archiveRuns } from "../../../src/events/log/archive.ts";
import type { EventLog, Recorded, Scanned } from "../../../src/events/log/log.ts";
import { benchOf, type LogFixture } from "../../support/log-fixture.ts";
import { folder } from "../../support/log-sqlite.ts";
import { all, ARCHIVABLE, before, end, lived, lives, step } from "./archives.ts";

/** Reads so many, and the rest when asked once more. */
async function* behind<T>(records: AsyncIterable<T>, count: number, found: T[]): AsyncGenerator<void> {
  for await (const one of records) if (found.push(one) === count) yield;
}

export function archiveRacesContract(fixture: LogFixture): void {
  describe("archives, at the same time", () => {
    it.each([1, 200, 400, 600])(
      "L9: what is archived while it is read, behind record %d of 600, is read whole or answers so",
      async (count) => {
        await using bench = await benchOf(fixture);
        await using home = await folder();
        const [log, other] = [await bench.open(), await bench.open()];
        const [first, ...rest] = Array.from({ length: 599 }, (_, i) => step(`s${i}`));
        if (first !== undefined)
          await log.append("workflow/r1", [first, ...rest, end("end")], { expected: 0 });
        const reads = [other.scan(), other.scan({ partition: partitionOf("r1", log.partitions) })];
        const scanned: Scanned[][] = [];
        const begun = reads.map((read, i) => behind(read, count, (scanned[i] = [])));
        const own: Recorded[] = [];
        const reading = behind(other.read("workflow/r1"), count, own);
        for (const one of [...begun, reading]) await one.next();
        await archiveRuns(log, { before, folder: home.path });
        for (const one of begun) await one.next();
        for (const found of scanned) {
          expect(lives(found).map(({ seq }) => seq)).toEqual(
            Array.from({ length: 600 }, (_, i) => i + 1),
          );
        }
        const error: unknown = await reading.next().catch((reason: unknown) => reason);
        const whole = own.length === 600;
        expect(whole || TroupeError.is(error, "RUN_ARCHIVED")).toBe(true);
      },
    );

    it("L9: what is archived while it is scanned is not left out where its archive is gone", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const [log, other] = [await bench.open(), await bench.open()];
      const [first, ...rest] = Array.from({ length: 899 }, (_, i) => step(`s${i}`));
      if (first !== undefined)
        await log.append("workflow/r1", [first, ...rest, end("end")], { expected: 0 });
      const found: Scanned[] = [];
      const scanning = behind(other.scan(), 1, found);
      await scanning.next();
      await archiveRuns(log, { before, folder: home.path });
      await rename(home.path, `${home.path}-away`);
      const error: unknown = await scanning.next().catch((reason: unknown) => reason);
      await rename(`${home.path}-away`, home.path);
      expect(found.length === 900 || TroupeError.is(error, "ARCHIVE_MISSING")).toBe(true);
    });

    it("L9: of two archivings at once each takes what the other has not, and nothing is lost", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const [log, other] = [await bench.open(), await bench.open()];
      await lived(log);
      const was = lives(await all(log));
      let second: Promise<unknown> | undefined;
      const raced: EventLog = {
        ...log,
        async append(...given) {
          await (second ??= archiveRuns(other, { before, folder: home.path })); // behind the first one's file
          return log.append(...given);
        },
      };
      const { runs, moved, file } = await archiveRuns(raced, { before, folder: home.path });
      expect([runs, file]).toEqual([[], undefined]);
      expect(moved.toSorted()).toEqual(ARCHIVABLE.toSorted());
      expect(lives(await all(log))).toEqual(was);
    });

    it("L9: what another archiving takes while the file is written is left to it", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const [log, other] = [await bench.open(), await bench.open()];
      await lived(log);
      const was = lives(await all(log));
      let scans = 0;
      const raced: EventLog = {
        ...log,
        async *scan(options) {
          if (++scans === 2) await archiveRuns(other, { before, folder: home.path });
          yield* log.scan(options);
        },
      };
      expect((await archiveRuns(raced, { before, folder: home.path })).runs).toEqual([]);
      expect(lives(await all(log))).toEqual(was);
    });
  });
}
