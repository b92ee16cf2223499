/** Whatever may be asked of a queue, and how its time may pass. */
import { fc } from "@fast-check/vitest";

/** A job or lease by how long ago it was given: 0 is the last. */
type Back = number;

export interface AskedOrder {
  readonly name: string;
  readonly priority: "LOW" | "NORMAL" | "HIGH" | "URGENT" | undefined;
  readonly key: string | undefined;
  /** From now; undefined: at once. */
  readonly inMs: number | undefined;
}

export interface AskedEnd {
  /** Which of the leases that its worker has; or, where it is late, of all that ever were. */
  readonly back: Back;
  /** Of the first end, also: whether its worker is the one that is named, or one that has work. */
  readonly late: boolean;
  readonly how: "completed" | "failed" | "retry" | "cancelled";
  readonly retryInMs: number;
}

type AskedWhen = { readonly everyMs: number } | { readonly inMs: number } | { readonly cron: string };

export type Ask =
  | { readonly ask: "add"; readonly orders: readonly AskedOrder[] }
  | { readonly ask: "cancel"; readonly back: Back; readonly blind: boolean }
  | { readonly ask: "retry"; readonly back: Back; readonly blind: boolean }
  | { readonly ask: "pause" }
  | { readonly ask: "resume" }
  | { readonly ask: "crash" }
  | { readonly ask: "configure"; readonly settings: object }
  | {
      readonly ask: "join";
      readonly worker: string;
      readonly slots: number;
      readonly handlers: readonly string[] | undefined;
    }
  | { readonly ask: "heartbeat"; readonly worker: string; readonly knows: boolean }
  | { readonly ask: "leave"; readonly worker: string }
  | {
      readonly ask: "report";
      readonly worker: string;
      readonly ends: readonly AskedEnd[];
      readonly blind: boolean;
    }
  | {
      readonly ask: "schedule";
      readonly id: string;
      readonly when: AskedWhen;
      readonly order: AskedOrder;
    }
  | { readonly ask: "unschedule"; readonly id: string }
  /** `asleep`: no host lives, so no alarm rings. */
  | { readonly ask: "pass"; readonly ms: number; readonly asleep: boolean };

/** Two of them are names that every object has. */
const handler = fc.constantFrom("a", "a", "b", "constructor", "toString");
const worker = fc.constantFrom("A", "B", "B", "C", "constructor");
const back = fc.nat({ max: 4 });
const ms = fc.constantFrom(0, 1, 7, 99, 100, 500, 1_000, 2_500);
const order: fc.Arbitrary<AskedOrder> = fc.record({
  name: handler,
  priority: fc.constantFrom("LOW", "NORMAL", "HIGH", "URGENT", undefined),
  key: fc.constantFrom(undefined, undefined, undefined, "k", "l", "constructor"),
  inMs: fc.constantFrom(undefined, undefined, undefined, undefined, -5_000, -500, 0, 1, 100, 1_000),
});
const end: fc.Arbitrary<AskedEnd> = fc.record({
  back,
  late: fc.constantFrom(false, false, true),
  how: fc.constantFrom("completed", "completed", "failed", "retry", "retry", "cancelled"),
  retryInMs: fc.constantFrom(0, 1, 100, 1_000),
});
const rate = fc.constantFrom(
  undefined,
  undefined,
  { jobs: 10 },
  { jobs: 3 },
  { jobs: 7, perMs: 100 },
  { jobs: 10, burst: 3 },
  { jobs: 1, perMs: 3_600_000 },
);
export const settings = fc.record(
  {
    rate,
    concurrency: fc.constantFrom(undefined, 1, 3),
    handlers: fc.constantFrom({}, { a: 1 }, { a: 2, constructor: 1 }),
    leaseMs: fc.constantFrom(1_000, 1_000, 1_000, 30_000),
    maxLapses: fc.constantFrom(0, 1, 2),
  },
  { requiredKeys: [] },
);
const when: fc.Arbitrary<AskedWhen> = fc.oneof(
  fc.record({ everyMs: fc.constantFrom(100, 700, 1_000) }),
  fc.record({ inMs: fc.constantFrom(-1, 0, 1, 500, 2_000) }),
  fc.record({ cron: fc.constantFrom("*/2 * * * * *", "* * * * *") }),
);
const handlers = fc.constantFrom(undefined, undefined, ["a"], ["b", "constructor"], []);
const slots = fc.nat({ max: 3 });
const id = fc.constantFrom("s", "t");
const blind = fc.boolean();

const ask = <const T extends string>(...asked: readonly T[]) => fc.constantFrom(...asked);
const weighted = (weight: number, arbitrary: fc.Arbitrary<Ask>) => ({ weight, arbitrary });

export const asks: fc.Arbitrary<Ask> = fc.oneof(
  weighted(
    8,
    fc.record({
      ask: ask("add"),
      orders: fc.array(order, { minLength: 1, maxLength: 3 }),
    }),
  ),
  weighted(
    10,
    fc.record({
      ask: ask("report"),
      worker,
      ends: fc.array(end, { minLength: 1, maxLength: 3 }),
      blind,
    }),
  ),
  weighted(6, fc.record({ ask: ask("join"), worker, slots, handlers })),
  weighted(6, fc.record({ ask: ask("pass"), ms, asleep: fc.boolean() })),
  weighted(4, fc.record({ ask: ask("heartbeat"), worker, knows: fc.boolean() })),
  weighted(3, fc.record({ ask: ask("cancel"), back, blind })),
  weighted(2, fc.record({ ask: ask("retry"), back, blind })),
  weighted(2, fc.record({ ask: ask("configure"), settings })),
  weighted(2, fc.record({ ask: ask("schedule"), id, when, order })),
  weighted(1, fc.record({ ask: ask("unschedule"), id })),
  weighted(1, fc.record({ ask: ask("leave"), worker })),
  weighted(1, fc.record({ ask: ask("pause") })),
  weighted(3, fc.oneof(fc.record({ ask: ask("resume") }), fc.record({ ask: ask("crash") }))),
);
