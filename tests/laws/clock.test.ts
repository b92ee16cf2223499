/** The machine's own time, which a Node timer counts in parts. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";

const DAY_MS = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("waits as long as it is told, also longer than a Node timer can, and not after it was called off", () => {
  const rung: string[] = [];
  systemClock.after(60 * DAY_MS, () => rung.push("sixty days"));
  systemClock.after(Number.POSITIVE_INFINITY, () => rung.push("never"));
  const cancel = systemClock.after(50 * DAY_MS, () => rung.push("called off"));
  vi.advanceTimersByTime(40 * DAY_MS);
  cancel();
  vi.advanceTimersByTime(20 * DAY_MS - 1);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(["sixty days"]);
  vi.advanceTimersByTime(100 * DAY_MS);
  expect(rung).toEqual(["sixty days"]);
});
