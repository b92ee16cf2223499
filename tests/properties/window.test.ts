/** A9's window against the plainest model of it: a map of every id. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { CommandIds, hashOfId } from "../../src/actors/command-ids.ts";
import { CommandWindow } from "../../src/actors/window.ts";
import { packedIn } from "../../src/actors/window-text.ts";

const HOUR = 3_600_000;

/** Bursts of fresh ids, pauses, checkpoints, and restarts from what is stored. */
const moves = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("note"), count: fc.integer({ min: 1, max: 6000 }) }),
    fc.record({ type: fc.constant("wait"), count: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ type: fc.constant("seal"), count: fc.constant(0) }),
    fc.record({ type: fc.constant("restart"), count: fc.constant(0) }),
  ),
  { minLength: 1, maxLength: 30 },
);

interface Lived {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
}

/** What A9 asks for: the last ten thousand, and all of the last day. */
function owed(all: readonly Lived[], now: number): readonly Lived[] {
  return all.filter(({ at }, i) => i >= all.length - 10_000 || at > now - 24 * HOUR);
}

/** Lives through a history as a host does: with checkpoints in the log, and restarts from them. */
function live(history: readonly { readonly type: string; readonly count: number }[]) {
  let window = new CommandWindow();
  const all: Lived[] = [];
  const segments = new Map<number, string>();
  let [seq, now] = [1, 1_700_000_000_000];
  const does: Readonly<Record<string, (count: number) => void>> = {
    wait: (hours) => void (now += hours * HOUR),
    seal() {
      seq += 1;
      segments.set(seq, window.store().fresh);
      window.seal(seq);
    },
    restart() {
      window = CommandWindow.restore(JSON.parse(JSON.stringify(window.store())));
      window.fill(Array.from(window.missing, (one) => packedIn(segments.get(one) ?? "")));
    },
    note(count) {
      for (let i = 0; i < count; i++) {
        seq += 1;
        all.push({ id: `cmd:${seq}`, seq, at: now });
        window.note(`cmd:${seq}`, { seq, at: now });
      }
    },
  };
  for (const { type, count } of history) does[type]?.(count);
  return { window, all, now };
}

describe("A9: the window of command ids", () => {
  test.prop({ moves }, { numRuns: 60 })(
    "for every history of bursts, pauses, checkpoints and restarts knows what it must, where it was, and nothing else",
    ({ moves: history }) => {
      const { window, all, now } = live(history);
      const must = owed(all, all.at(-1)?.at ?? now);
      expect(must.filter((one) => window.get(one.id) !== one.seq)).toEqual([]);
      expect(window.get("cmd:never")).toBeUndefined();
      const known = all.filter((one) => window.get(one.id) !== undefined);
      expect(known).toHaveLength(window.size);
      expect(known.every((one) => window.get(one.id) === one.seq)).toBe(true);
    },
  );

  it("forgets whole checkpoints once nothing asks for them, and single ids before the first", () => {
    const window = new CommandWindow();
    const note = (count: number, at: number): void => {
      for (let i = 0; i < count; i++)
        window.note(`cmd:${at}.${i}`, { seq: at * 1e6 + i + 1, at: at * HOUR });
    };
    note(12_000, 0);
    expect(window.size).toBe(12_000); // all of the last day
    note(1, 24);
    expect(window.size).toBe(10_000);
    window.seal(24e6 + 2);
    note(9_999, 30);
    expect(window.size).toBe(19_999);
    note(1, 48);
    expect([window.size, window.store().segments, window.freshSize]).toEqual([10_000, [], 10_000]);
    expect([window.get("cmd:24.0"), window.get("cmd:30.0")]).toEqual([undefined, 30e6 + 1]);
  });

  it("says where an id stood last, also if it was forgotten between and is filled in later", () => {
    const window = new CommandWindow();
    window.note("cmd:a", { seq: 2, at: 0 });
    const { fresh } = window.store();
    window.seal(3);
    window.note("cmd:a", { seq: 4, at: 0 });
    const restored = CommandWindow.restore(window.store());
    expect(() => restored.get("cmd:a")).toThrow("before it is filled in");
    restored.fill([packedIn(fresh)]);
    expect([window.get("cmd:a"), restored.get("cmd:a")]).toEqual([4, 4]);
  });
});

describe("the table of ids", () => {
  it("holds ids whose hashes share a slot or all but their last bit, and forgets up to its floor", () => {
    const ids = new CommandIds();
    const hashes = Array.from({ length: 20_000 }, (_, i) => ({ high: (i % 7) << 24, low: i >> 2 }));
    const unlike = hashes.filter(
      ({ high, low }, i) => hashes.findIndex((one) => one.high === high && one.low === low) === i,
    );
    for (const [i, hash] of unlike.entries()) ids.set(hash, i + 1, 0);
    for (const [i, hash] of unlike.entries()) expect(ids.get(hash, 0)).toBe(i + 1);
    expect(ids.get({ high: 1, low: 0 }, 0)).toBeUndefined();
    expect([ids.get(unlike[4] ?? hashOfId(""), 5), ids.get(unlike[5] ?? hashOfId(""), 5)]).toEqual([
      undefined,
      6,
    ]);
  });

  it("A13: finds and adds among a million ids in the time that it takes among a thousand", () => {
    const perId = (size: number): number => {
      let best = Number.POSITIVE_INFINITY;
      const window = new CommandWindow();
      for (let i = 0; i < size; i++) window.note(`cmd:${i}`, { seq: i + 1, at: 0 });
      for (let round = 0; round < 7; round++) {
        const start = performance.now();
        for (let i = 0; i < 1000; i++) window.get(`cmd:${(i * 7919) % size}`);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    expect(perId(1_000_000) / perId(1000)).toBeLessThan(5);
  });
});
