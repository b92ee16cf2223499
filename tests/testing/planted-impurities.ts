/** Machines that are not pure, each beside one that is. */
import { assign, emit } from "xstate";
import { now } from "../../src/index.ts";
import { build, going, kindOf, made, once, set, working, type Planted } from "./small-machine.ts";

const shared: number[] = [];

export const IMPURITIES: Readonly<Record<string, Planted>> = {
  "a guard on the clock": {
    law: "isPure",
    says: /asks Date .*\n.*where: {2}whether the event is taken or refused/,
    bad: going({ GO: { guard: () => Date.now() > 1_800_000_000_000, actions: assign({ at: 1 }) } }),
    good: going({ GO: { guard: () => now() > 1_700_000_000_000, actions: assign({ at: 1 }) } }),
  },
  "a guard on the hour": {
    law: "isPure",
    says: /asks Date /,
    bad: going({ GO: { guard: () => new Date().getUTCHours() < 12, actions: assign({ at: 1 }) } }),
    good: going({
      GO: { guard: () => new Date(now()).getUTCHours() < 25, actions: assign({ at: 1 }) },
    }),
  },
  "a branch on chance": {
    law: "isPure",
    says: /asks Math\.random /,
    bad: made({
      ...once,
      states: {
        a: {
          on: {
            GO: [{ guard: () => Math.random() < 0.001, target: "b" }, { actions: assign({ at: 2 }) }],
          },
        },
        b: { type: "final" },
      },
    }),
    good: made(once),
  },
  "the time in the context": {
    law: "isPure",
    says: /asks Date .*\n.*where: {2}context\.at/,
    bad: going(set(() => new Date().toISOString())),
    good: going(set(() => new Date(now()).toISOString())),
  },
  "an id of its own in the context": {
    law: "isPure",
    says: /where: {2}context\.at/,
    bad: going(set(() => crypto.randomUUID())),
    good: going(set(({ event }) => event.type)),
  },
  "a stopwatch": {
    law: "isPure",
    says: /asks performance\.now/,
    bad: going(set(() => Math.floor(performance.now()))),
    good: going(set(() => 1)),
  },
  "the time in what it starts with": {
    law: "isPure",
    says: /where: {2}context\.at/,
    bad: kindOf(build.createMachine({ context: () => ({ list: [], at: Date.now() }) })),
    good: kindOf(build.createMachine({ context: () => ({ list: [], at: now() }) })),
  },
  "the time in what it asks for": {
    law: "isPure",
    says: /where: {2}effects/,
    bad: made(working({ input: () => ({ since: Date.now() }) })),
    good: made(working({ input: () => ({ since: now() }) })),
  },
  "a list that it pushes to": {
    law: "isPure",
    says: /changes its context in place\n.*where: {2}context\.list\[0\]/,
    bad: going({ GO: { actions: assign({ list: ({ context: { list } }) => (list.push(1), list) }) } }),
    good: going({ GO: { actions: assign({ list: ({ context: { list } }) => [...list, 1] }) } }),
  },
  "a list that all actors share": {
    law: "isPure",
    says: /small/,
    bad: going({ GO: { actions: assign({ at: () => shared.push(1) }) } }),
    good: going({ GO: { actions: assign({ at: ({ context }) => Number(context.at) + 1 }) } }),
  },
  "a map that it sets": {
    law: "isPure",
    says: /changes its context in place\n.*where: {2}context\.at/,
    bad: made({
      context: () => ({ list: [], at: new Map([["n", 0]]) }),
      on: {
        GO: { actions: ({ context }) => void context },
        ADD: { actions: assign(({ context, event }) => (setIn(context.at, event.n), {})) },
      },
    }),
    good: going({ ADD: { actions: assign({ at: ({ event }) => ({ n: event.n }) }) } }),
  },
  "an event that it sorts": {
    law: "isPure",
    says: /changes its event in place\n.*where: {2}event/,
    bad: going({ ADD: { actions: assign({ at: ({ event }) => event.tags.sort()[0] ?? "" }) } }),
    good: going({ ADD: { actions: assign({ at: ({ event }) => event.tags.toSorted()[0] ?? "" }) } }),
  },
  "a fact that no log can hold": {
    law: "isPure",
    says: /"emitted event\.at" is an instance of Date.*[^]*it ends before the last move/,
    bad: going({ GO: { actions: emit({ type: "went", at: new Date(0) }) } }),
    good: going({ GO: { actions: emit({ type: "went", at: new Date(0).toISOString() }) } }),
  },
};

function setIn(map: unknown, n: number): void {
  if (map instanceof Map) map.set("n", n);
}
