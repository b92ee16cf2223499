/** The laws as properties: whatever the writers do, and in whatever order it reaches the log. */
import { test, fc } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { TroupeError } from "../../../src/errors.ts";
import type { EventLog } from "../../../src/events/log/log.ts";
import { benchOf, idsOf, placesOf, record, take, type LogFixture } from "../../support/log-fixture.ts";

const STREAMS = ["task/r1", "task/r2", "agent/r1:c"];
const stream = fc.constantFrom(...STREAMS);
const size = fc.integer({ min: 1, max: 4 });
const writer = fc.integer({ min: 0, max: 2 });

/** What several writers try at the same time, each at the tip as all know it. */
const round = fc.array(fc.record({ writer, stream, size }), { minLength: 1, maxLength: 6 });
const rounds = fc.array(round, { minLength: 1, maxLength: 5 });

/** The same with one size for all, so that it is known how much a round will write. */
const evenRound = fc.record({
  size,
  ops: fc.array(fc.record({ writer, stream }), { minLength: 1, maxLength: 6 }),
});

interface Attempt {
  readonly stream: string;
  readonly expected: number;
  readonly ids: readonly string[];
}

/** Whether it was written. Any refusal but a conflict fails the test. */
async function attempt(log: EventLog, { stream, expected, ids }: Attempt): Promise<boolean> {
  const records = ids.map((id) => record(id));
  try {
    expect(await log.append(stream, records, { expected })).toBe(expected + ids.length);
    return true;
  } catch (error) {
    if (TroupeError.is(error, "LOG_WRONG_SEQUENCE")) return false;
    throw error;
  }
}

async function tips(log: EventLog): Promise<Map<string, number>> {
  return new Map(await Promise.all(STREAMS.map(async (s) => [s, await log.tip(s)] as const)));
}

export function interleavingContract(fixture: LogFixture): void {
  describe("under every interleaving", () => {
    const options = { numRuns: fixture.runs };

    test.prop({ rounds, schedule: fc.scheduler() }, options)(
      "L1, L2: for every interleaving of writers, exactly one wins each position, gapless",
      async ({ rounds, schedule }) => {
        await using bench = await benchOf(fixture);
        const handles = [await bench.open(), await bench.open(), await bench.open()];
        const [reader] = [await bench.open()];
        const model = new Map<string, string[]>(STREAMS.map((s) => [s, []]));
        for (const [r, round] of rounds.entries()) {
          const at = await tips(reader);
          const tried = round.map(async (op, i) => {
            const ids = Array.from({ length: op.size }, (_, n) => `${r}-${i}-${n}`);
            const plan = { stream: op.stream, expected: at.get(op.stream) ?? 0, ids };
            await schedule.schedule(Promise.resolve());
            const log = handles[op.writer];
            return { ...plan, won: log !== undefined && (await attempt(log, plan)) };
          });
          const outcome = await schedule.waitFor(Promise.all(tried));
          for (const s of new Set(outcome.map((tried) => tried.stream))) {
            const winners = outcome.filter((tried) => tried.stream === s && tried.won);
            expect(winners, `winners on ${s}`).toHaveLength(1);
            model.get(s)?.push(...winners.flatMap(({ ids }) => ids));
          }
        }
        for (const [s, ids] of model) {
          const read = await Array.fromAsync(reader.read(s));
          expect(read.map(({ id }) => id)).toEqual(ids);
          expect(read.map(({ seq }) => seq)).toEqual(ids.map((_, i) => i + 1));
        }
      },
    );

    test.prop(
      { sizes: fc.array(size, { minLength: 1, maxLength: 6 }), again: fc.infiniteStream(fc.nat()) },
      options,
    )(
      "L4: for every history, any append of it again is a no-op that succeeds, from any handle",
      async ({ sizes, again }) => {
        await using bench = await benchOf(fixture);
        const [log, other] = [await bench.open(), await bench.open()];
        const done: Attempt[] = [];
        for (const [i, length] of sizes.entries()) {
          const ids = Array.from({ length }, (_, n) => `${i}-${n}`);
          const expected = done.flatMap((d) => d.ids).length;
          done.push({ stream: "task/r1", expected, ids });
          expect(await attempt(log, { stream: "task/r1", expected, ids })).toBe(true);
          const retry = done[again.next().value % done.length];
          if (retry) expect(await attempt(again.next().value % 2 ? log : other, retry)).toBe(true);
          expect(await idsOf(other, "task/r1")).toEqual(done.flatMap((d) => d.ids));
        }
      },
    );

    test.prop({ rounds: fc.array(evenRound, { minLength: 1, maxLength: 5 }) }, options)(
      "L3, L5: for every interleaving, what is acknowledged is read elsewhere, and a live reader sees each record once, in order",
      async ({ rounds }) => {
        await using bench = await benchOf(fixture);
        const [log, other, reader] = [await bench.open(), await bench.open(), await bench.open()];
        const total = rounds
          .map(({ size, ops }) => size * new Set(ops.map((op) => op.stream)).size)
          .reduce((sum, n) => sum + n);
        const tail = take(reader.scan({ live: true }), total);
        const written: string[] = [];
        for (const [r, { size, ops }] of rounds.entries()) {
          const at = await tips(log);
          const won = await Promise.all(
            ops.map(async ({ writer, stream }, i) => {
              const ids = Array.from({ length: size }, (_, n) => `${r}-${i}-${n}`);
              const expected = at.get(stream) ?? 0;
              if (!(await attempt(writer === 0 ? other : log, { stream, expected, ids }))) return [];
              expect(await reader.tip(stream)).toBe(expected + size);
              return ids.map((_, n) => `${stream}#${expected + n + 1}`);
            }),
          );
          written.push(...won.flat());
        }
        const seen = placesOf(await tail);
        expect(seen.toSorted()).toEqual(written.toSorted());
        for (const s of STREAMS) {
          const mine = seen.filter((place) => place.startsWith(`${s}#`));
          expect(mine).toEqual(mine.map((_, i) => `${s}#${i + 1}`));
        }
      },
    );
  });
}
