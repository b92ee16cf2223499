/** Whoever asks the clock for a part of the time is answered otherwise in one of the worlds. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { worldsFrom } from "../../src/testing/laws/worlds.ts";

const YEAR_MS = 365 * 86_400_000;

it("each part of the time is another one, whenever the walk is", () => {
  const parts = [2, 1_000, 60_000, 3_600_000, 86_400_000];
  fc.assert(
    fc.property(
      fc.integer({ min: 40 * YEAR_MS, max: 80 * YEAR_MS }),
      fc.constantFrom(...parts),
      (at, span) => {
        const isLate = (ms: number): boolean => ms % span >= span / 2;
        expect([...worldsFrom(at)].some(({ now }) => isLate(now) !== isLate(at))).toBe(true);
      },
    ),
  );
});
