/** L9: archives are part of the log, whatever was cut short; an archived actor takes nothing any more. */
import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archiveRuns } from "../../../src/events/log/archive.ts";
import { ARCHIVED, isArchiving } from "../../../src/events/log/archived.ts";
import type { EventLog, NewRecord, Scanned } from "../../../src/events/log/log.ts";
import { benchOf, expectRejection, record, type LogFixture } from "../../support/log-fixture.ts";
import { folder } from "../../support/log-sqlite.ts";

const OLD = 1_700_000_000_000;
export const before = OLD + 1;

/** A step of an actor that goes on, or owes something, or has ended. */
export const step = (id: string, more: NewRecord["body"] = {}): NewRecord =>
  record(id, { status: "active", owes: 0, ...more });
export const end = (id: string, more: NewRecord["body"] = {}): NewRecord =>
  record(id, { status: "done", owes: 0, state: "ended", hash: `h-${id}`, version: "1", ...more });

/** Two runs that have ended, step by step with one that has not. */
export async function lived(log: EventLog): Promise<void> {
  for (let seq = 0; seq < 3; seq++)
    for (const stream of ["workflow/r1", "task/r1:a", "shop/open", "workflow/r2"])
      await log.append(stream, [step(`${stream} ${seq}`)], { expected: seq });
  await log.append("workflow/r1", [end("end r1")], { expected: 3 });
  await log.append("task/r1:a", [end("end r1:a")], { expected: 3 });
  // a key that schemas lose in silence
  const odd = JSON.parse('{"deep": {"__proto__": {"x": 1}}}') as NewRecord["body"]; // JSON
  await log.append("context/r1", [step("context", odd)], { expected: 0 });
  await log.append("workflow/r2", [end("end r2")], { expected: 3 });
}

/** Each record with its number in its partition: one partition after the other. */
type Told = Omit<Scanned, "position"> & { readonly number: string | undefined };
export async function all(log: EventLog, after?: string): Promise<Told[]> {
  const told: Told[] = [];
  for (let partition = 0; partition < log.partitions; partition++)
    for await (const { position, ...one } of log.scan({
      partition,
      ...(after !== undefined && { after }),
    }))
      told.push({ ...one, number: position.split(".")[partition] });
  return told;
}
export const lives = <T extends Scanned | Told>(records: readonly T[]): T[] =>
  records.filter((one) => !isArchiving(one));
export const ARCHIVABLE = ["workflow/r1", "task/r1:a", "context/r1", "workflow/r2"];

/** A log that dies at its nth append or purge, before or behind it. */
function dying(log: EventLog, at: number, behind: boolean): EventLog {
  let left = at;
  const mortal = async <T>(work: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left < 0 || (left === 0 && !behind)) throw new Error("killed");
    const done = await work();
    if (left === 0) throw new Error("killed");
    return done;
  };
  return {
    ...log,
    append: (...append) => mortal(() => log.append(...append)),
    purge: (stream) => mortal(() => log.purge(stream)),
  };
}

export function archiveContract(fixture: LogFixture): void {
  describe("archives", () => {
    it("L9: scans read an archived run where it stood, from every cut", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const [log, other] = [await bench.open(), await bench.open()];
      await lived(log);
      const was = await all(log);
      const cuts = (await Array.fromAsync(log.scan())).map(({ position }) => position);
      const rests: Told[][] = [];
      for (const cut of cuts) rests.push(await all(log, cut));
      const { runs, moved } = await archiveRuns(log, { before, folder: home.path });
      expect(runs.map(({ root }) => root).toSorted()).toEqual(["r1", "r2"]);
      expect(moved).toEqual([]);
      const own = await Array.fromAsync(log.scan({ archived: false }));
      expect(lives(own).map(({ stream }) => stream)).toEqual(["shop/open", "shop/open", "shop/open"]);
      for (const reader of [log, other, await bench.open()]) {
        expect(lives(await all(reader))).toEqual(was);
        expect(lives(await Array.fromAsync(reader.scan()))).toHaveLength(was.length);
      }
      for (const [i, cut] of cuts.entries()) expect(lives(await all(other, cut))).toEqual(rests[i]);
    });

    it("L9: an archived actor answers RUN_ARCHIVED, and its numbers are never used again", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const [log, other] = [await bench.open(), await bench.open()];
      await lived(log);
      await Array.fromAsync(other.scan()); // it knows where everything stands
      await archiveRuns(log, { before, folder: home.path });
      for (const handle of [log, other]) {
        for (const stream of ARCHIVABLE) {
          await expectRejection(Array.fromAsync(handle.read(stream)), "RUN_ARCHIVED");
          const tip = await handle.tip(stream);
          expect(tip).toBeGreaterThan(1);
          for (const expected of [0, tip - 1, tip, tip + 1])
            await expectRejection(handle.append(stream, [step("late")], { expected }), "RUN_ARCHIVED");
        }
        await handle.append("workflow/r1~2", [step(`again ${await handle.end()}`)], {
          expected: await handle.tip("workflow/r1~2"),
        });
      }
      expect(await Array.fromAsync(log.read("workflow/r1~2"))).toHaveLength(2);
      await expectRejection(log.purge("workflow/r1~2"), "USAGE");
      expect(await log.tip("workflow/r1~2")).toBe(2);
    });

    it("L9: the ids at a cut are the same before and after", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const log = await bench.open();
      await lived(log);
      const cuts = (await Array.fromAsync(log.scan())).map(({ position }) => position);
      const was = await Promise.all(cuts.map((cut) => log.idsAt(cut)));
      await archiveRuns(log, { before, folder: home.path });
      expect(await Promise.all(cuts.map((cut) => log.idsAt(cut)))).toEqual(was);
    });

    it("L9: what goes on, owes something, is young or only serves, stays", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const log = await bench.open();
      await log.append("workflow/active", [step("1")], { expected: 0 });
      await log.append("workflow/owing", [end("2", { owes: 1 })], { expected: 0 });
      await log.append("workflow/young", [{ ...end("3"), at: before }], { expected: 0 });
      await log.append("workflow/child", [end("4")], { expected: 0 });
      await log.append("task/child:a", [step("5")], { expected: 0 });
      await log.append("context/alone", [step("6")], { expected: 0 });
      await log.append("workflow/locked", [end("7")], { expected: 0 });
      await log.append("context/locked", [step("8", { owes: 1 })], { expected: 0 });
      await log.append("shop/strange", [record("9")], { expected: 0 });
      const end0 = await log.end();
      expect(await archiveRuns(log, { before, folder: home.path })).toMatchObject({ runs: [] });
      expect(await log.end()).toBe(end0);
      expect(await readdir(home.path)).toEqual([]);
    });

    it("L9: cut short anywhere, nothing is lost, and the next archiving ends it", async () => {
      await using home = await folder();
      for (const behind of [true, false])
        for (const at of [1, 2, 3, 5, 7]) {
          await using bench = await benchOf(fixture);
          const log = await bench.open();
          await lived(log);
          const was = await all(log);
          const own = join(home.path, `${at}-${behind}`);
          const killed = archiveRuns(dying(log, at + 1, behind), { before, folder: own });
          await expect(killed).rejects.toThrow("killed");
          expect(lives(await all(log))).toEqual(was);
          await archiveRuns(log, { before, folder: own });
          expect(lives(await all(log))).toEqual(was);
          const left = await Array.fromAsync(log.scan({ archived: false }));
          expect(lives(left).filter(({ stream }) => stream !== "shop/open")).toEqual([]);
          expect(left.filter(({ type }) => type === ARCHIVED)).toHaveLength(ARCHIVABLE.length);
        }
    });

    it("L9: a run that moves while it is archived stays whole, and goes on", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const log = await bench.open();
      await lived(log);
      const racing: EventLog = {
        ...log,
        async append(stream, records, options) {
          if (stream === "workflow/r1") await log.append(stream, [step("restarted")], { expected: 4 });
          return log.append(stream, records, options);
        },
      };
      const { moved } = await archiveRuns(racing, { before, folder: home.path });
      expect(moved.toSorted()).toEqual(["context/r1", "task/r1:a", "workflow/r1"]);
      expect(await Array.fromAsync(log.read("workflow/r1"))).toHaveLength(5);
      expect(await Array.fromAsync(log.read("task/r1:a"))).toHaveLength(4);
      await expectRejection(Array.fromAsync(log.read("workflow/r2")), "RUN_ARCHIVED");
      await log.append("workflow/r1", [end("ended again")], { expected: 5 });
      const was = lives(await all(log));
      await archiveRuns(log, { before, folder: home.path });
      expect(lives(await all(log))).toEqual(was);
      await expectRejection(Array.fromAsync(log.read("workflow/r1")), "RUN_ARCHIVED");
    });

    it("L9: an archive holds its payloads itself: they are swept, and read all the same", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const log = await bench.open({ payloadLimit: 2_000 });
      await log.append("workflow/r1", [end("big", { text: "x".repeat(3_000) })], { expected: 0 });
      await log.append("workflow/r2", [step("big", { text: "y".repeat(3_000) })], { expected: 0 });
      const was = await all(log);
      await archiveRuns(log, { before, folder: home.path });
      expect(await log.sweepPayloads({ graceMs: 0 })).toMatchObject({ removed: 1, kept: 1 });
      expect(lives(await all(log))).toEqual(was);
    });

    it("L9: a scan does not pass over an archive that is gone; who has read it needs it no more", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const log = await bench.open();
      await lived(log);
      const seen = await log.end();
      await archiveRuns(log, { before, folder: home.path });
      const [file = ""] = await readdir(home.path);
      await rename(join(home.path, file), join(home.path, "moved"));
      const late = await bench.open();
      const error = await expectRejection(all(late), "ARCHIVE_MISSING");
      expect(error.message).toContain(file);
      expect(lives(await all(await bench.open(), seen))).toEqual([]);
      await rename(join(home.path, "moved"), join(home.path, file));
      expect(lives(await all(await bench.open()))).toHaveLength(16);
    });

    it("L5: what is archived while it is read is read once", async () => {
      await using bench = await benchOf(fixture);
      await using home = await folder();
      const log = await bench.open();
      await lived(log);
      const was = await all(log);
      const met: Scanned[] = [];
      const stop = new AbortController();
      for await (const one of log.scan({ live: true, signal: stop.signal })) {
        if (met.push(one) === 2) await archiveRuns(await bench.open(), { before, folder: home.path });
        if (met.length === was.length + 5) stop.abort();
      }
      expect(
        lives(met)
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(was.map(({ id }) => id).toSorted());
    });
  });
}
