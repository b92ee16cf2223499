/** Machines whose state is not what is kept of it, each beside one of which all is kept. */
import { now } from "../../src/index.ts";
import { going, made, once, set, type Context, type Planted } from "./small-machine.ts";

export const LOSSES: Readonly<Record<string, Planted>> = {
  "something hidden in the context": {
    law: "snapshotRoundTrip",
    says: /from a snapshot, the actor goes on to /,
    bad: made({
      ...once,
      context: () => ({ list: [], at: Object.defineProperty({}, "hidden", { value: 1 }) }),
      states: { a: { on: { GO: { guard: isHidden, target: "b" } } }, b: { type: "final" } },
    }),
    good: made({
      ...once,
      context: () => ({ list: [], at: { hidden: 1 } }),
      states: { a: { on: { GO: { guard: isHidden, target: "b" } } }, b: { type: "final" } },
    }),
  },
  "a function in the context": {
    law: "snapshotRoundTrip",
    says: /cannot be kept|another actor/,
    bad: going(
      set(
        ({ event }) =>
          () =>
            event.type,
      ),
    ),
    good: going(set(({ event }) => event.type)),
  },
  "a circle in the context": {
    law: "snapshotRoundTrip",
    says: /where: {2}.*at.*\n.*hint: {3}Keep plain data/,
    bad: going(set(circle)),
    good: going(set(() => new Map([[new Date(now()), new Set([1n])]]))),
  },
  "an instance in the context": {
    law: "snapshotRoundTrip",
    says: /where: {2}.*at/,
    bad: going(
      set(
        () =>
          new (class Money {
            cents = 1;
          })(),
      ),
    ),
    good: going(set(() => ({ cents: 1 }))),
  },
};

function isHidden({ context: { at } }: { readonly context: Context }): boolean {
  return Object(at).hidden === 1;
}

function circle(): unknown {
  const one: { self?: unknown } = {};
  one.self = { one };
  return one;
}
