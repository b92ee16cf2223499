/** When schedules fire, against clocks on the wall that are read minute by minute. */
import { fc, test } from "@fast-check/vitest";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Schedule } from "../../src/events/queue/schedule.ts";
import { next } from "../../src/machines/queue/schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const at = (text: string): number => Date.parse(text);
const cron = (line: string, timeZone = "UTC"): Schedule => ({ cron: line, timeZone });

/** The first moments after one, as texts. */
function moments(schedule: Schedule, after: string, count: number): readonly string[] {
  const found: number[] = [];
  for (let last = at(after); found.length < count; last = found.at(-1) ?? Number.NaN)
    found.push(next(schedule, last) ?? Number.NaN);
  return found.map((moment) => new Date(moment).toISOString().replace(/:00\.000Z$/, "Z"));
}

/** What a clock on the wall shows, as if it stood in UTC. */
function wallClock(timeZone: string): (moment: number) => number {
  const fields = ["year", "month", "day", "hour", "minute"] as const;
  const numeric = Object.fromEntries(fields.map((field) => [field, "numeric" as const]));
  const clock = new Intl.DateTimeFormat("en", { timeZone, hourCycle: "h23", ...numeric });
  return (moment) => {
    const parts = new Map(clock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = fields.map((field) =>
      parts.get(field),
    );
    return Date.UTC(year, month - 1, day, hour, minute);
  };
}

interface Days {
  readonly timeZone: string;
  /** What the clock shows at each minute of three days. */
  readonly minutes: readonly { readonly moment: number; readonly shown: number }[];
}

/** Three days around each of these: clocks set forward and back, by an hour or less, at midnight too. */
const DAYS = [
  ["UTC", "2026-02-28T12:00Z"],
  ["Asia/Kolkata", "2026-12-31T12:00Z"],
  ["Europe/Berlin", "2026-03-29T01:00Z"],
  ["Europe/Berlin", "2026-10-25T01:00Z"],
  ["America/New_York", "2026-03-08T07:00Z"],
  ["America/New_York", "2026-11-01T06:00Z"],
  ["America/Santiago", "2026-09-06T04:00Z"],
  ["America/Santiago", "2026-04-05T03:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00Z"],
].map(([timeZone = "", middle = ""]): Days => {
  const shown = wallClock(timeZone);
  const start = at(middle) - 36 * HOUR;
  const minutes = Array.from({ length: 72 * 60 }, (_, i) => start + i * MINUTE);
  return { timeZone, minutes: minutes.map((moment) => ({ moment, shown: shown(moment) })) };
});

interface Times {
  readonly hours: readonly number[] | undefined;
  readonly minutes: readonly number[] | undefined;
}

/** All moments of a line: `*` goes by what is shown, named times come once a day. */
function allOf({ hours, minutes }: Times, days: Days): readonly number[] {
  const named = hours !== undefined && minutes !== undefined;
  const isOne = (shown: number): boolean =>
    (hours?.includes(Math.floor(shown / HOUR) % 24) ?? true) &&
    (minutes?.includes(Math.floor(shown / MINUTE) % 60) ?? true);
  const come = new Set<number>();
  return days.minutes.slice(1).flatMap(({ moment, shown }, i) => {
    const before = days.minutes[i]?.shown ?? shown;
    // what the clock leaves out has been when it goes on
    const passed = named && shown > before ? Math.round((shown - before) / MINUTE) : 1;
    const due = Array.from({ length: passed }, (_, back) => shown - back * MINUTE)
      .filter(isOne)
      .filter((one) => !named || !come.has(one));
    for (const one of due) come.add(one);
    return due.length > 0 ? [moment] : [];
  });
}

const some = (below: number): fc.Arbitrary<readonly number[]> =>
  fc.uniqueArray(fc.integer({ min: 0, max: below - 1 }), { minLength: 1, maxLength: 4 });
const early = fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 });
const times = fc.record<Times>({
  hours: fc.oneof(early, some(24), fc.constant(undefined)),
  minutes: fc.oneof(some(60), fc.constant([0]), fc.constant([30]), fc.constant(undefined)),
});

const lineOf = ({ hours, minutes }: Times): string =>
  `${minutes?.join() ?? "*"} ${hours?.join() ?? "*"} * * *`;

test.prop(
  { times, days: fc.constantFrom(...DAYS), start: fc.nat({ max: 30 * HOUR }) },
  { numRuns: 100 },
)(
  "for every cron line, it fires when the clock of its zone shows what it says, named times once a day",
  ({ times: { hours, minutes }, days, start }) => {
    const first = (days.minutes[0]?.moment ?? 0) + start;
    const line = lineOf({ hours, minutes });
    const expected = allOf({ hours, minutes }, days).filter((moment) => moment > first);
    let last = first;
    for (const moment of expected.slice(0, 40)) {
      expect([line, days.timeZone, next(cron(line, days.timeZone), last)]).toEqual([
        line,
        days.timeZone,
        moment,
      ]);
      last = moment;
    }
  },
);

const schedules = fc.oneof(
  times.map(({ hours, minutes }) => cron(lineOf({ hours, minutes }), "Europe/Berlin")),
  fc.record({ everyMs: fc.integer({ min: 100, max: 90 * HOUR }), from: fc.nat({ max: 2e12 }) }),
  fc.record({ at: fc.nat({ max: 2e12 }) }),
);

test.prop(
  {
    schedule: schedules,
    after: fc.nat({ max: 2e12 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { numRuns: 200 },
)(
  "for every schedule, the next moment is later, and is the next of every moment before it",
  ({ schedule, after, share }) => {
    const moment = next(schedule, after) ?? Infinity;
    expect(moment).toBeGreaterThan(after);
    const between = Math.floor(after + (Math.min(moment, after + 1000 * HOUR) - after - 1) * share);
    expect(next(schedule, between) ?? Infinity).toBe(moment);
  },
);

describe("a cron line", () => {
  it.each([
    [
      "the day on which clocks go forward: as soon as it has been",
      "30 2 * * *",
      "2026-03-27T12:00Z",
      ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"],
    ],
    [
      "the day on which clocks go back: once",
      "30 2 * * *",
      "2026-10-24T12:00Z",
      ["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ],
    [
      "every half hour as clocks go back: twice",
      "*/30 * * * *",
      "2026-10-25T00:00Z",
      ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"],
    ],
    [
      "every half hour as clocks go forward: none is missing",
      "*/30 * * * *",
      "2026-03-29T00:00Z",
      ["2026-03-29T00:30Z", "2026-03-29T01:00Z"],
    ],
    ["leap days", "0 12 29 2 *", "2096-02-29T12:00Z", ["2104-02-29T11:00Z", "2108-02-29T11:00Z"]],
    [
      "every five minutes, into the new year",
      "*/5 * * * *",
      "2026-12-31T22:51Z",
      ["2026-12-31T22:55Z", "2026-12-31T23:00Z", "2026-12-31T23:05Z"],
    ],
    [
      "seconds, before the minutes",
      "15,45 0 0 1 1 *",
      "2026-06-01T00:00Z",
      ["2026-12-31T23:00:15.000Z", "2026-12-31T23:00:45.000Z"],
    ],
    [
      "the last day of a month",
      "0 1 L * *",
      "2026-01-31T12:00Z",
      ["2026-02-28T00:00Z", "2026-03-30T23:00Z"],
    ],
    [
      "a day of the month or of the week, as cron has it",
      "0 1 13 * FRI",
      "2026-11-07T12:00Z",
      [
        "2026-11-13T00:00Z",
        "2026-11-20T00:00Z",
        "2026-11-27T00:00Z",
        "2026-12-04T00:00Z",
        "2026-12-11T00:00Z",
        "2026-12-13T00:00Z",
      ],
    ],
    ["a name for a line", "@monthly", "2026-11-21T00:00Z", ["2026-11-30T23:00Z"]],
  ])("knows %s", (_what, line, after, expected) => {
    expect(moments(cron(line, "Europe/Berlin"), after, expected.length)).toEqual(expected);
  });

  describe("depends on nothing but what it is asked", () => {
    const zone = process.env["TZ"];
    afterEach(() => {
      vi.useRealTimers();
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    });

    const asked = ["30 2 * * *", "? ? * * *", "*/7 * * * *", "0 0 L * *", "@hourly"].flatMap((line) =>
      DAYS.map(({ timeZone, minutes }) => ({
        line,
        timeZone,
        after: (minutes[0]?.moment ?? 0) + 1234,
      })),
    );
    const answers = (): readonly unknown[] =>
      asked.map(({ line, timeZone, after }) => next(cron(line, timeZone), after + 20 * HOUR));
    const here = answers();

    it.each(["2001-01-01T01:01:01Z", "2026-10-25T01:30:00Z"])("not on the clock: %s", (now) => {
      vi.useFakeTimers({ now: at(now), toFake: ["Date"] });
      expect(answers()).toEqual(here);
    });

    it.each(["America/Santiago", "Australia/Lord_Howe", "Europe/Berlin"])(
      "not on the zone of the process: %s",
      (other) => {
        process.env["TZ"] = other;
        expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(other);
        expect(answers()).toEqual(here);
      },
    );
  });
});

describe("every so often", () => {
  test.prop({
    everyMs: fc.integer({ min: 100, max: 1e9 }),
    from: fc.nat({ max: 2e12 }),
    late: fc.array(fc.nat({ max: 5e9 }), { maxLength: 20 }),
  })("for every delay of those who ask, it never drifts", ({ everyMs, from, late }) => {
    let after = from;
    for (const delay of late) {
      const moment = next({ everyMs, from }, after) ?? Number.NaN;
      expect((moment - from) % everyMs).toBe(0);
      expect(moment).toBeGreaterThan(after);
      expect(moment - after).toBeLessThanOrEqual(everyMs);
      after = moment + delay;
    }
  });

  it("begins with its anchor", () => expect(next({ everyMs: 1000, from: 5000 }, 300)).toBe(5000));
  it("is anchored at the full hours of UTC without one", () => {
    expect(next({ everyMs: HOUR }, at("2026-11-21T10:15:00Z"))).toBe(at("2026-11-21T11:00:00Z"));
  });
});

describe("at a time", () => {
  it.each<[Schedule]>([[{ at: "2026-11-21T11:00:00+01:00" }], [{ at: at("2026-11-21T10:00Z") }]])(
    "fires once: %j",
    (schedule) => {
      expect(next(schedule, at("2026-11-21T09:59:59.999Z"))).toBe(at("2026-11-21T10:00Z"));
      expect(next(schedule, at("2026-11-21T10:00Z"))).toBeUndefined();
    },
  );
});
