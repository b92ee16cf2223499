/** Machines with a state that nothing leads out of, each beside one without. */
import fc from "fast-check";
import { raise } from "xstate";
import type { Answer } from "../../src/testing/subject.ts";
import { made, once, working, type Planted } from "./small-machine.ts";

const answers = (answer: Answer) => ({ work: fc.constant(answer) });
const HANGS = answers("hangs");
const WORKS = answers({ output: 1 });

export const DEAD_ENDS: Readonly<Record<string, Planted>> = {
  "a state without a way out": {
    law: "noStuckState",
    says: /nothing leads on from state "b": it takes no event/,
    bad: made({ ...once, states: { a: { on: { GO: "b" } }, b: {} } }),
    good: made(once),
  },
  "an activity that is done, and nobody hears it": {
    law: "noStuckState",
    says: /nothing leads on from state "a"/,
    bad: { kind: made(working({})), answers: WORKS },
    good: { kind: made(working({ onDone: "b" })), answers: WORKS },
  },
  "an activity that hangs, with no time set for it": {
    law: "noStuckState",
    says: /nothing leads on from state "a"/,
    bad: { kind: made(working({ onDone: "b" })), answers: HANGS },
    good: {
      kind: made({
        ...once,
        states: {
          a: { invoke: { src: "work", onDone: "b" }, after: { 1000: "b" } },
          b: { type: "final" },
        },
      }),
      answers: HANGS,
    },
  },
  "a failure that leads nowhere": {
    law: "noStuckState",
    says: /nothing leads on from state "lost"/,
    bad: {
      kind: made({
        ...once,
        states: {
          a: { invoke: { src: "work", onDone: "b", onError: "lost" } },
          b: { type: "final" },
          lost: { on: { GO: { guard: ({ context }) => context.list.length > 0, target: "b" } } },
        },
      }),
      answers: { work: fc.constantFrom<Answer>({ output: 1 }, { error: new Error("no") }) },
    },
    good: {
      kind: made({
        ...once,
        states: {
          a: { invoke: { src: "work", onDone: "b", onError: "lost" } },
          b: { type: "final" },
          lost: { on: { GO: { guard: ({ context }) => context.list.length === 0, target: "b" } } },
        },
      }),
      answers: { work: fc.constantFrom<Answer>({ output: 1 }, { error: new Error("no") }) },
    },
  },
  "a name that nobody can guess, and one that the context says": {
    law: "noStuckState",
    says: /state "a": NAME changes nothing/,
    bad: made({
      ...once,
      context: { list: [], at: "" },
      states: {
        a: { on: { NAME: { guard: ({ event }) => event.id === "k-93417", target: "b" } } },
        b: { type: "final" },
      },
    }),
    good: made({
      ...once,
      context: { list: [], at: "k-93417" },
      states: {
        a: { on: { NAME: { guard: ({ event, context }) => event.id === context.at, target: "b" } } },
        b: { type: "final" },
      },
    }),
  },
  "a word to itself that only time brings": {
    law: "noStuckState",
    says: /nothing leads on from state "a"/,
    bad: made({ ...once, states: { a: { on: { GO: {} } }, b: { type: "final" } } }),
    good: made({
      ...once,
      states: {
        a: {
          on: {
            GO: { actions: raise({ type: "NAME", id: "wake-93417" }, { id: "late", delay: 9 }) },
            NAME: { guard: ({ event }) => event.id === "wake-93417", target: "b" },
          },
        },
        b: { type: "final" },
      },
    }),
  },
};
